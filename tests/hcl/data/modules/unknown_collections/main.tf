resource "terraform_data" "u" {
  input = ["a"]
}

resource "aws_sns_topic" "t" {
  count = 2
  name  = "t${count.index}"
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "unknown-collections"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = length(aws_sns_topic.t)
  metric_name         = "m"
  namespace           = "AWS/DynamoDB"
  period              = 60
  statistic           = "Sum"
  alarm_actions       = aws_sns_topic.t[*].arn
  ok_actions          = concat(["arn:aws:sns:eu-west-1:123456789012:x"], [])
  dimensions          = { TableName = "x", Other = terraform_data.u.id }
}

resource "aws_dynamodb_table" "lsi" {
  name         = "lsi"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  range_key = "at"
  attribute {
    name = "at"
    type = "N"
  }
  local_secondary_index {
    name               = "l"
    range_key          = "at"
    projection_type    = "INCLUDE"
    non_key_attributes = ["a", terraform_data.u.id]
  }
}

resource "aws_dynamodb_table" "conditional" {
  name         = terraform_data.u.id == "x" ? "a" : "b"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = terraform_data.u.id == "x" ? { A = "1" } : { A = "2" }
}

resource "aws_dynamodb_table" "partly" {
  name         = "partly"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { for k in ["a", "b"] : k => k == "a" ? "known" : terraform_data.u.id }
  ttl {
    enabled        = terraform_data.u.id != ""
    attribute_name = "at"
  }
  point_in_time_recovery {
    enabled                 = terraform_data.u.id != ""
    recovery_period_in_days = 5
  }
}

resource "aws_dynamodb_table" "nested" {
  name         = "nested"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  dynamic "global_secondary_index" {
    for_each = toset(["i"])
    content {
      name            = global_secondary_index.key
      hash_key        = "id"
      projection_type = "ALL"
    }
  }
  dynamic "replica" {
    for_each = terraform_data.u.output
    content {
      region_name = replica.value
    }
  }
}
