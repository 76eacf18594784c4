# CloudWatch alarms, each on dimensions on which DynamoDB really reports:
# capacity and throttling by table and by index (the table's figures leave its
# indexes out), system errors by table and operation, user errors by account and
# region only.
#
# DynamoDB reports nothing where nothing happened, and CloudWatch leaves an alarm
# on AWS/DynamoDB as it is while data is missing, whatever treat_missing_data
# says. So every alarm is on an expression in which no data counts as 0; otherwise
# one would stay on after the last error. And as the newest period may be 0 only
# because its data has not arrived yet, an alarm asks for some bad periods out of
# several.

locals {
  alarm_kinds = var.enable_alarms ? var.alarm_kinds : []

  alarm_dimensions = {
    for key, capacity in local.capacity : key => merge(
      { TableName = aws_dynamodb_table.this.name },
      capacity.index == null ? {} : { GlobalSecondaryIndexName = capacity.index },
    )
  }

  # The most units per second that a capacity can be asked for. On demand that is
  # its limit; -1 is none.
  on_demand_limits = {
    for key, capacity in local.capacity : key => try(
      capacity.index == null
      ? var.on_demand_limits[capacity.direction]
      : var.index_on_demand_limits[capacity.index][capacity.direction],
      -1,
    )
  }

  capacity_ceilings = {
    for key, limit in local.on_demand_limits : key => (
      local.provisioned ? local.scaling[key].max_capacity
      : limit == -1 ? var.alarm_thresholds.on_demand_reference_units
      : limit
    )
  }
}

resource "aws_cloudwatch_metric_alarm" "consumed_capacity" {
  for_each = {
    for key, capacity in local.capacity : key => capacity
    if contains(local.alarm_kinds, "consumed_capacity")
  }

  alarm_name          = "${aws_dynamodb_table.this.name}/${each.key}/consumed-capacity"
  alarm_description   = "${each.key} of the DynamoDB table ${aws_dynamodb_table.this.name} consumes ${var.alarm_thresholds.consumed_capacity_percent} % or more of ${local.capacity_ceilings[each.key]} units per second."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold = (
    local.capacity_ceilings[each.key] * var.alarm_thresholds.consumed_capacity_percent / 100
  )
  evaluation_periods  = var.alarm_evaluation.evaluation_periods
  datapoints_to_alarm = var.alarm_evaluation.datapoints_to_alarm
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_sns_topic_arns
  ok_actions          = var.alarm_sns_topic_arns
  tags                = local.tags

  # The metric's sum is units in a period; its average would be units per request.
  metric_query {
    id          = "units_per_second"
    label       = "Consumed ${each.value.direction} units per second"
    expression  = "FILL(consumed, 0) / ${var.alarm_evaluation.period_seconds}"
    return_data = true
  }

  metric_query {
    id = "consumed"

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "Consumed${each.value.units}CapacityUnits"
      dimensions  = local.alarm_dimensions[each.key]
      period      = var.alarm_evaluation.period_seconds
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "throttling" {
  for_each = {
    for key, capacity in local.capacity : key => capacity
    if contains(local.alarm_kinds, "throttling")
  }

  alarm_name          = "${aws_dynamodb_table.this.name}/${each.key}/throttling"
  alarm_description   = "Requests to ${each.key} of the DynamoDB table ${aws_dynamodb_table.this.name} are throttled."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_thresholds.throttle_events
  evaluation_periods  = var.alarm_evaluation.evaluation_periods
  datapoints_to_alarm = var.alarm_evaluation.datapoints_to_alarm
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_sns_topic_arns
  ok_actions          = var.alarm_sns_topic_arns
  tags                = local.tags

  metric_query {
    id          = "throttle_events"
    label       = "${each.value.units} throttle events"
    expression  = "FILL(throttled, 0)"
    return_data = true
  }

  metric_query {
    id = "throttled"

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "${each.value.units}ThrottleEvents"
      dimensions  = local.alarm_dimensions[each.key]
      period      = var.alarm_evaluation.period_seconds
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "system_errors" {
  for_each = setintersection(local.alarm_kinds, ["system_errors"])

  alarm_name          = "${aws_dynamodb_table.this.name}/system-errors"
  alarm_description   = "DynamoDB answers requests to the table ${aws_dynamodb_table.this.name} with system errors (HTTP 500)."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_thresholds.system_errors
  evaluation_periods  = var.alarm_evaluation.evaluation_periods
  datapoints_to_alarm = var.alarm_evaluation.datapoints_to_alarm
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_sns_topic_arns
  ok_actions          = var.alarm_sns_topic_arns
  tags                = local.tags

  metric_query {
    id          = "system_errors"
    label       = "System errors of all operations"
    expression  = join(" + ", [for operation in var.alarm_operations : "FILL(${lower(operation)}, 0)"])
    return_data = true
  }

  dynamic "metric_query" {
    for_each = var.alarm_operations

    content {
      id = lower(metric_query.value)

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        dimensions = {
          TableName = aws_dynamodb_table.this.name
          Operation = metric_query.value
        }
        period = var.alarm_evaluation.period_seconds
        stat   = "Sum"
      }
    }
  }
}

# Not an alarm on this table: UserErrors has no dimensions, it counts the bad
# requests to every table of the account and region. One of these in each is
# enough, so it is for the user to choose the module call that makes it.
resource "aws_cloudwatch_metric_alarm" "account_user_errors" {
  for_each = setintersection(local.alarm_kinds, ["account_user_errors"])

  alarm_name          = "dynamodb-account-user-errors-by-${aws_dynamodb_table.this.name}"
  alarm_description   = "Requests to DynamoDB tables of this account and region, not only to ${aws_dynamodb_table.this.name}, are refused as bad (HTTP 400)."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_thresholds.account_user_errors
  evaluation_periods  = var.alarm_evaluation.evaluation_periods
  datapoints_to_alarm = var.alarm_evaluation.datapoints_to_alarm
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_sns_topic_arns
  ok_actions          = var.alarm_sns_topic_arns
  tags                = local.tags

  metric_query {
    id          = "user_errors"
    label       = "User errors of the account and region"
    expression  = "FILL(refused, 0)"
    return_data = true
  }

  metric_query {
    id = "refused"

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "UserErrors"
      period      = var.alarm_evaluation.period_seconds
      stat        = "Sum"
    }
  }
}
