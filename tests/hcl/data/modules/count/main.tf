variable "replicas" {
  default = 3
}

variable "audit" {
  type    = bool
  default = false
}

resource "aws_dynamodb_table" "shard" {
  name         = "events-${format("%02d", count.index)}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = var.replicas
}

resource "aws_dynamodb_table" "audit" {
  name         = "audit"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = var.audit ? 1 : 0
}

resource "aws_dynamodb_table" "one" {
  name         = "one-${length(aws_dynamodb_table.shard)}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = var.audit ? 0 : 1
  tags = {
    First  = aws_dynamodb_table.shard[0].name
    Audit  = one(aws_dynamodb_table.audit[*].name)
    Joined = join(",", aws_dynamodb_table.shard[*].name)
    Tried  = try(aws_dynamodb_table.audit[0].name, "no audit")
  }
}
