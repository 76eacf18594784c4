terraform {
  required_version = ">= 1.5"
}

moved {
  from = aws_dynamodb_table.old
  to   = aws_dynamodb_table.this
}

moved {
  from = module.gone["a"].aws_dynamodb_table.x[0]
  to   = aws_dynamodb_table.that
}

removed {
  from = aws_dynamodb_table.dropped
  lifecycle {
    destroy = false
  }
}

check "naming" {
  assert {
    condition     = startswith(aws_dynamodb_table.this.name, "t")
    error_message = "Names start with t."
  }
}

resource "aws_dynamodb_table" "this" {
  name         = "this"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  lifecycle {
    ignore_changes = all
    precondition {
      condition     = length(local.name) > 0
      error_message = "A name is needed."
    }
    postcondition {
      condition     = self.hash_key == "id"
      error_message = "The key is id."
    }
    replace_triggered_by = [terraform_data.trigger]
  }

  provisioner "local-exec" {
    command = "echo ${self.name}"
    when    = create
  }

  connection {
    host = "nowhere"
  }
}

resource "aws_dynamodb_table" "that" {
  name         = "that"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

locals {
  name = "x"
}

resource "terraform_data" "trigger" {}

output "table" {
  value       = resource.aws_dynamodb_table.this.name
  description = "name"
  precondition {
    condition     = local.name != ""
    error_message = "Never."
  }
}
