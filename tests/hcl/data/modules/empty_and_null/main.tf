resource "aws_dynamodb_table" "this" {
  name             = "empty-and-null"
  billing_mode     = null
  hash_key         = "id"
  range_key        = ""
  read_capacity    = 1
  write_capacity   = 1
  stream_enabled   = null
  stream_view_type = null
  table_class      = null
  tags             = null

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "other"
    type = "S"
  }

  global_secondary_index {
    name               = "nulls"
    hash_key           = "other"
    range_key          = null
    projection_type    = "ALL"
    non_key_attributes = null
    read_capacity      = 1
    write_capacity     = null
  }

  global_secondary_index {
    name               = "empties"
    hash_key           = "other"
    range_key          = ""
    projection_type    = "ALL"
    non_key_attributes = []
    read_capacity      = 1
    write_capacity     = 1
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = ""
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = null
  }

  timeouts {
    create = null
  }
}

resource "aws_appautoscaling_target" "this" {
  max_capacity       = "10"
  min_capacity       = 1.0
  resource_id        = "table/${aws_dynamodb_table.this.name}"
  role_arn           = ""
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  service_namespace  = "dynamodb"
  tags               = {}

  suspended_state {
    scheduled_scaling_suspended = true
  }
}

resource "aws_appautoscaling_policy" "step" {
  name               = "step"
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  service_namespace  = aws_appautoscaling_target.this.service_namespace

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"

    dynamic "step_adjustment" {
      for_each = [0, 10]
      content {
        metric_interval_lower_bound = step_adjustment.value
        metric_interval_upper_bound = step_adjustment.key == 0 ? 10 : null
        scaling_adjustment          = -1
      }
    }
  }
}

resource "aws_appautoscaling_policy" "custom" {
  name               = "custom"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  service_namespace  = aws_appautoscaling_target.this.service_namespace

  target_tracking_scaling_policy_configuration {
    target_value     = "55.25"
    disable_scale_in = null

    customized_metric_specification {
      metrics {
        id          = "m1"
        label       = "consumed"
        return_data = false
        metric_stat {
          stat = "Sum"
          metric {
            metric_name = "ConsumedReadCapacityUnits"
            namespace   = "AWS/DynamoDB"
            dimensions {
              name  = "TableName"
              value = aws_dynamodb_table.this.name
            }
          }
        }
      }
      metrics {
        id         = "e1"
        expression = "m1 / 60"
      }
    }
  }
}

resource "aws_appautoscaling_policy" "simple_custom" {
  name               = "simple-custom"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  service_namespace  = aws_appautoscaling_target.this.service_namespace

  target_tracking_scaling_policy_configuration {
    target_value = 1
    customized_metric_specification {
      metric_name = "m"
      namespace   = "n"
      statistic   = "Average"
      dimensions {
        name  = "b"
        value = "2"
      }
      dimensions {
        name  = "a"
        value = "1"
      }
    }
  }
}
