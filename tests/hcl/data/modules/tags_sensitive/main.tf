variable "secret" {
  sensitive = true
  default   = "s3cret"
}

resource "aws_dynamodb_table" "this" {
  name         = "sensitive"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Open   = "yes"
    Secret = var.secret
  }
  ttl {
    enabled        = true
    attribute_name = var.secret
  }
}
