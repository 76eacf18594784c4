resource "aws_dynamodb_table" "this" {
  name         = "numbers"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Sum      = 0.1 + 0.2
    Division = 10 / 4
    Third    = 1 / 3
    Modulo   = -7 % 3
    Floor    = floor(-1.5)
    Ceil     = ceil(1.2)
    Log      = log(100, 10)
    Pow      = pow(2, 64)
    Abs      = abs(-12.5)
    Sign     = signum(-3)
    Parse    = parseint("ff", 16)
    Max      = max(1, 2.5, -3)
    Exp      = 1.5e3
    Small    = 1e-7
    Large    = 123456789012345678901234567890
    Trailing = 1.50
    Negative = -0
    Compare  = 1.0 == 1
    String   = "${1.0}"
    ToString = tostring(1e21)
  }
}

resource "aws_appautoscaling_policy" "this" {
  name               = "p"
  policy_type        = "TargetTrackingScaling"
  resource_id        = "table/x"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  service_namespace  = "dynamodb"
  target_tracking_scaling_policy_configuration {
    target_value = 200 / 3
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "n"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2 * 1.5
  metric_name         = "m"
  namespace           = "n"
  period              = 6e1
  statistic           = "Sum"
  threshold           = 0.1 + 0.2
}
