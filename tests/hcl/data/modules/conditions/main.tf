variable "days" {
  default = 7
}

resource "aws_dynamodb_table" "this" {
  name         = "t-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  for_each = { a = 1, b = 2 }
  tags     = { N = each.value }
  lifecycle {
    precondition {
      condition     = each.value < var.days && data.aws_region.here.name == "eu-west-1"
      error_message = "Too many: ${each.value}."
    }
    postcondition {
      condition     = self.name == "t-${each.key}" && self.arn != ""
      error_message = "Name is ${self.name}."
    }
  }
}

data "aws_region" "here" {
  lifecycle {
    postcondition {
      condition     = self.name != ""
      error_message = "No region."
    }
  }
}

output "names" {
  value = [for t in aws_dynamodb_table.this : t.name]
  precondition {
    condition     = length(aws_dynamodb_table.this) == 2
    error_message = "Two are needed."
  }
}
