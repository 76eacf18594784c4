variable "name" {
  type    = string
  default = "base"
}

locals {
  suffix = "base"
  kept   = "kept"
}

resource "aws_dynamodb_table" "this" {
  name         = "${var.name}-${local.suffix}-${local.kept}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { From = "base" }

  ttl {
    enabled        = true
    attribute_name = "base"
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}
