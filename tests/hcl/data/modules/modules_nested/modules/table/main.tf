variable "name" {}
variable "tags" {
  default = {}
}


resource "aws_dynamodb_table" "this" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = var.tags
}

output "table" {
  value = aws_dynamodb_table.this
}

output "path" {
  value = path.module
}
