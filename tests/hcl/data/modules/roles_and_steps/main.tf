
provider "aws" {
  region = "eu-west-1"
}
resource "aws_iam_role" "r" {
  name               = "as"
  assume_role_policy = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["application-autoscaling.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "tbl" {
  statement {
    actions   = ["dynamodb:*"]
    resources = [aws_dynamodb_table.t.arn, "${aws_dynamodb_table.t.arn}/index/*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.r.arn]
    }
  }
}
resource "aws_dynamodb_table" "t" {
  name           = format("%s-%03d", "t", 7)
  hash_key       = "id"
  billing_mode   = "PROVISIONED"
  read_capacity  = 5
  write_capacity = 5
  attribute {
    name = "id"
    type = "S"
  }
  tags = { role = aws_iam_role.r.name, arn = aws_iam_role.r.arn }
}
resource "aws_dynamodb_resource_policy" "p" {
  resource_arn = aws_dynamodb_table.t.arn
  policy       = data.aws_iam_policy_document.tbl.json
}
resource "aws_appautoscaling_target" "r" {
  for_each           = { read = { dim = "Read", min = 5, max = 100 }, write = { dim = "Write", min = 5, max = 1e2 } }
  max_capacity       = each.value.max
  min_capacity       = each.value.min
  resource_id        = "table/${aws_dynamodb_table.t.name}"
  scalable_dimension = "dynamodb:table:${each.value.dim}CapacityUnits"
  service_namespace  = "dynamodb"
  role_arn           = aws_iam_role.r.arn
}
resource "aws_appautoscaling_policy" "step" {
  name               = "step"
  policy_type        = "StepScaling"
  resource_id        = aws_appautoscaling_target.r["read"].resource_id
  scalable_dimension = aws_appautoscaling_target.r["read"].scalable_dimension
  service_namespace  = aws_appautoscaling_target.r["read"].service_namespace
  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"
    dynamic "step_adjustment" {
      for_each = [{ l = 0, u = 10, a = 1 }, { l = 10, u = null, a = 2.0 }]
      content {
        metric_interval_lower_bound = step_adjustment.value.l
        metric_interval_upper_bound = step_adjustment.value.u
        scaling_adjustment          = step_adjustment.value.a
      }
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "a" {
  count                     = 2
  alarm_name                = ["low", "high"][count.index]
  comparison_operator       = count.index == 0 ? "LessThanThreshold" : "GreaterThanThreshold"
  evaluation_periods        = 1 + count.index
  metric_name               = "x"
  namespace                 = "AWS/DynamoDB"
  period                    = 60
  extended_statistic        = "p99"
  threshold                 = 0.1 + 0.2
  unit                      = "Percent"
  alarm_actions             = [aws_appautoscaling_policy.step.arn, "arn:aws:sns:eu-west-1:123456789012:x"]
  insufficient_data_actions = null
  actions_enabled           = count.index == 1
  dimensions                = { for k, v in { TableName = aws_dynamodb_table.t.name, Z = null } : k => v if v != null }
}
