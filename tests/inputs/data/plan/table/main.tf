variable "name" {
  type = string
}

variable "key_arn" {
  type    = string
  default = null
}

variable "scaled" {
  type = bool
}

variable "days" {
  type    = number
  default = null
}

resource "aws_dynamodb_table" "this" {
  name           = var.name
  billing_mode   = var.scaled ? "PROVISIONED" : "PAY_PER_REQUEST"
  read_capacity  = var.scaled ? 5 : null
  write_capacity = var.scaled ? 5 : null
  hash_key       = "id"

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "customer"
    type = "S"
  }

  global_secondary_index {
    name            = "by-customer"
    hash_key        = "customer"
    projection_type = "ALL"
    read_capacity   = var.scaled ? 5 : null
    write_capacity  = var.scaled ? 5 : null
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.days
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
}

resource "aws_appautoscaling_target" "this" {
  for_each = var.scaled ? {
    "table/${aws_dynamodb_table.this.name}"                   = "table"
    "table/${aws_dynamodb_table.this.name}/index/by-customer" = "index"
  } : {}

  service_namespace  = "dynamodb"
  resource_id        = each.key
  scalable_dimension = "dynamodb:${each.value}:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}

resource "aws_appautoscaling_policy" "this" {
  for_each = aws_appautoscaling_target.this

  name               = "read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 70.5

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}
