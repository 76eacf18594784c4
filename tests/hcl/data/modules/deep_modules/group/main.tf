variable "prefix" {}
variable "keys" {
  type = set(string)
}

resource "aws_dynamodb_table" "this" {
  name         = "${var.prefix}-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  for_each = var.keys
}

output "names" {
  value = [for t in aws_dynamodb_table.this : t.name]
}
