variable "seed" {}
variable "other" {}
output "first" {
  value = "f-${var.seed}"
}
output "second" {
  value = "s-${var.seed}-${var.other}"
}

resource "aws_dynamodb_table" "this" {
  name         = "m-${var.seed}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
