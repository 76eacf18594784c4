
provider "aws" {
  region = "eu-west-1"
}
resource "aws_kinesis_stream" "s" {
  name        = "s"
  shard_count = 1
}
resource "aws_sns_topic" "a" {
  name = "alarms"
}
resource "aws_dynamodb_table" "full" {
  name                        = "full"
  billing_mode                = "PROVISIONED"
  read_capacity               = 3
  write_capacity              = "4"
  hash_key                    = "h"
  range_key                   = "r"
  table_class                 = "STANDARD_INFREQUENT_ACCESS"
  deletion_protection_enabled = true
  stream_enabled              = "true"
  stream_view_type            = "KEYS_ONLY"
  attribute {
    name = "h"
    type = "S"
  }
  attribute {
    name = "r"
    type = "N"
  }
  attribute {
    name = "l"
    type = "B"
  }
  attribute {
    name = "g"
    type = "S"
  }
  local_secondary_index {
    name               = "l1"
    range_key          = "l"
    projection_type    = "INCLUDE"
    non_key_attributes = ["z", "a"]
  }
  local_secondary_index {
    name            = "l0"
    range_key       = "g"
    projection_type = "ALL"
  }
  global_secondary_index {
    name               = "g2"
    hash_key           = "g"
    range_key          = "h"
    projection_type    = "INCLUDE"
    non_key_attributes = ["q", "b"]
    read_capacity      = 1
    write_capacity     = 2
  }
  global_secondary_index {
    name            = "g1"
    hash_key        = "l"
    projection_type = "ALL"
    read_capacity   = 10
    write_capacity  = 10
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }
  server_side_encryption {
    enabled = true
  }
  ttl {
    attribute_name = "exp"
    enabled        = true
  }
  timeouts {
    create = "1h"
  }
  tags = { a = "", b = "x" }
}
resource "aws_dynamodb_table" "imp" {
  name         = "imported"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  import_table {
    input_format           = "CSV"
    input_compression_type = "ZSTD"
    input_format_options {
      csv {
        delimiter   = ";"
        header_list = ["b", "a"]
      }
    }
    s3_bucket_source {
      bucket       = "bkt"
      key_prefix   = "p/"
      bucket_owner = "123456789012"
    }
  }
  on_demand_throughput {
    max_read_request_units  = 100
    max_write_request_units = -1
  }
}
resource "aws_dynamodb_table" "res" {
  name         = "restored"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  restore_source_name    = aws_dynamodb_table.full.name
  restore_to_latest_time = true
}
resource "aws_dynamodb_table" "res2" {
  name                     = "restored2"
  restore_source_table_arn = aws_dynamodb_table.full.arn
  restore_date_time        = "2024-01-01T00:00:00Z"
}
resource "aws_dynamodb_table_replica" "r" {
  global_table_arn       = aws_dynamodb_table.full.arn
  tags                   = { r = 1 }
  point_in_time_recovery = true
  table_class_override   = "STANDARD"
  timeouts {
    create = "5m"
  }
}
resource "aws_dynamodb_kinesis_streaming_destination" "k" {
  table_name = aws_dynamodb_table.full.id
  stream_arn = aws_kinesis_stream.s.arn
}
resource "aws_dynamodb_contributor_insights" "c" {
  table_name = aws_dynamodb_table.full.name
}
resource "aws_dynamodb_tag" "t" {
  resource_arn = aws_dynamodb_table.full.arn
  key          = "k"
  value        = aws_dynamodb_table.full.stream_view_type
}
resource "aws_cloudwatch_metric_alarm" "m" {
  alarm_name          = "math"
  comparison_operator = "GreaterThanUpperThreshold"
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold_metric_id = "ad1"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.a.arn]
  ok_actions          = []
  metric_query {
    id          = "ad1"
    expression  = "ANOMALY_DETECTION_BAND(m1, 2)"
    label       = "x"
    return_data = true
  }
  metric_query {
    id          = "m1"
    return_data = "true"
    metric {
      metric_name = "ConsumedReadCapacityUnits"
      namespace   = "AWS/DynamoDB"
      period      = 120
      stat        = "p99.9"
      unit        = "Count"
      dimensions  = { TableName = aws_dynamodb_table.full.name }
    }
  }
  tags = { x = "y" }
}
resource "aws_appautoscaling_target" "gsi" {
  for_each           = { for g in aws_dynamodb_table.full.global_secondary_index : g.name => g }
  min_capacity       = each.value.read_capacity
  max_capacity       = each.value.read_capacity * 10
  resource_id        = "table/${aws_dynamodb_table.full.name}/index/${each.key}"
  scalable_dimension = "dynamodb:index:ReadCapacityUnits"
  service_namespace  = "dynamodb"
  suspended_state {
    scheduled_scaling_suspended = true
  }
  tags = {}
}
