variable "main" {}
variable "all" {
  default = null
}

resource "aws_dynamodb_table" "this" {
  name         = var.main
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

output "main" {
  value = aws_dynamodb_table.this.name
}
