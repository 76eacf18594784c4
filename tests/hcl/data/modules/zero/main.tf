variable "create" {
  type    = bool
  default = false
}

resource "aws_dynamodb_table" "this" {
  name         = "never"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = var.create ? 1 : 0
}

resource "aws_appautoscaling_target" "this" {
  for_each           = var.create ? { read = "Read" } : {}
  min_capacity       = 1
  max_capacity       = 2
  resource_id        = "table/${aws_dynamodb_table.this[0].name}"
  scalable_dimension = "dynamodb:table:${each.value}CapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_dynamodb_table" "one" {
  name         = "one"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Name = try(aws_dynamodb_table.this[0].name, "none")
    Arn  = one(aws_dynamodb_table.this[*].arn) == null ? "null" : "set"
    Len  = length(aws_dynamodb_table.this)
    Cat  = join("", concat(aws_dynamodb_table.this[*].id, ["x"]))
  }
}
