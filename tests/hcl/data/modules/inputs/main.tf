variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {
  type = list(string)
}
variable "f" {
  default = "default"
}
variable "g" {
  type    = number
  default = "7"
}

resource "aws_dynamodb_table" "this" {
  name         = "inputs"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    A = var.a
    B = var.b
    C = var.c
    D = var.d
    E = join("+", var.e)
    F = var.f
    G = var.g + 1
  }
}
