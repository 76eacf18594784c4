variable "groups" {
  default = {
    one = { keys = ["a", "b"], types = { a = "S", b = "N" } }
    two = { keys = ["c"], types = { c = "B" } }
  }
}

resource "aws_dynamodb_table" "this" {
  name         = "iterators"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "a"
  range_key    = "c"

  dynamic "attribute" {
    for_each = merge([for g in values(var.groups) : { for k in g.keys : k => g.types[k] }]...)
    iterator = each
    content {
      name = each.key
      type = each.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = toset(["b", "c"])
    iterator = outer
    content {
      name               = outer.key
      hash_key           = outer.value
      projection_type    = "INCLUDE"
      non_key_attributes = [for k in var.groups.one.keys : "${outer.value}-${k}"]

      dynamic "on_demand_throughput" {
        for_each = outer.value == "b" ? { (outer.key) = 5 } : {}
        iterator = inner
        content {
          max_read_request_units  = inner.value
          max_write_request_units = length("${outer.key}${inner.key}")
        }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "iterators"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1

  dynamic "metric_query" {
    for_each = [for i, k in ["x", "y"] : { id = "m${i}", table = k }]
    iterator = q
    content {
      id          = q.value.id
      return_data = q.key == 1
      dynamic "metric" {
        for_each = q.value[*]
        content {
          metric_name = "Errors"
          namespace   = "AWS/DynamoDB"
          period      = 60 * (q.key + 1)
          stat        = "Sum"
          dimensions  = { TableName = metric.value.table, Index = metric.key }
        }
      }
    }
  }
}
