locals {
  operations = ["GetItem", "PutItem", "Query"]
}

resource "aws_dynamodb_table" "this" {
  name         = "watched"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each            = toset(["Read", "Write"])
  alarm_name          = "${aws_dynamodb_table.this.name}-${lower(each.key)}-throttles"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = "2"
  datapoints_to_alarm = 1
  metric_name         = "${each.key}ThrottleEvents"
  namespace           = "AWS/DynamoDB"
  period              = 60
  statistic           = "Sum"
  threshold           = each.key == "Read" ? 1 : 2.5
  dimensions          = { TableName = aws_dynamodb_table.this.name }
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = ["arn:aws:sns:eu-west-1:123456789012:b", "arn:aws:sns:eu-west-1:123456789012:a"]
  treat_missing_data  = "notBreaching"
  tags                = { Alarm = each.value }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 0
  alarm_description   = <<-EOT
    System errors of ${aws_dynamodb_table.this.name}
      on ${length(local.operations)} operations.
  EOT

  metric_query {
    id          = "total"
    expression  = join("+", [for o in local.operations : lower(o)])
    label       = "Errors"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.operations
    content {
      id = lower(metric_query.value)
      metric {
        metric_name = "SystemErrors"
        namespace   = "AWS/DynamoDB"
        period      = 300
        stat        = "Sum"
        dimensions = {
          TableName = aws_dynamodb_table.this.name
          Operation = metric_query.value
        }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "plain" {
  alarm_name                            = "plain"
  comparison_operator                   = "LessThanThreshold"
  evaluation_periods                    = 3
  metric_name                           = "ConsumedReadCapacityUnits"
  namespace                             = "AWS/DynamoDB"
  period                                = 60
  extended_statistic                    = "p99"
  evaluate_low_sample_count_percentiles = "ignore"
  threshold                             = 1e-3
  alarm_actions                         = []
  insufficient_data_actions             = null
  unit                                  = null
  actions_enabled                       = "false"
}
