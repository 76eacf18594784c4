# The alarms, above all that each is on dimensions on which data arrives.

mock_provider "aws" {}

variables {
  table_name           = "invoices"
  environment          = "test"
  enable_alarms        = true
  alarm_sns_topic_arns = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
}

run "on_demand" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.consumed_capacity) == 8 && length(aws_cloudwatch_metric_alarm.throttling) == 8
    error_message = "Reads and writes of the table and of three indexes."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.account_user_errors) == 0
    error_message = "What concerns the whole account is not watched unless asked for."
  }

  assert {
    condition = {
      for query in aws_cloudwatch_metric_alarm.throttling["createdAt-index/read"].metric_query :
      query.id => flatten([for metric in query.metric : [metric.metric_name, metric.stat, values(metric.dimensions)]])
      } == {
      throttle_events = []
      throttled       = ["ReadThrottleEvents", "Sum", "createdAt-index", "invoices"]
    }
    error_message = "Throttling of an index is reported under the table and the index."
  }

  assert {
    condition = flatten([
      for query in aws_cloudwatch_metric_alarm.throttling["table/write"].metric_query :
      [for metric in query.metric : keys(metric.dimensions)]
    ]) == ["TableName"]
    error_message = "Throttling of the table is reported under the table alone."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.consumed_capacity["table/read"].threshold == 32000
    error_message = "Without a limit, 80 percent of the reference."
  }

  assert {
    condition = sort(flatten([
      for query in aws_cloudwatch_metric_alarm.system_errors["system_errors"].metric_query :
      [for metric in query.metric : metric.dimensions["Operation"]]
    ])) == sort(var.alarm_operations)
    error_message = "System errors are added up over the operations."
  }

  assert {
    condition = [
      for query in aws_cloudwatch_metric_alarm.system_errors["system_errors"].metric_query :
      length(split(" + ", query.expression)) if query.return_data == true
    ] == [10]
    error_message = "Every operation is in the sum."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.consumed_capacity),
        values(aws_cloudwatch_metric_alarm.throttling),
        values(aws_cloudwatch_metric_alarm.system_errors),
      ) : alarm.alarm_actions == toset(var.alarm_sns_topic_arns) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "The topic hears of every alarm and of its end."
  }
}

run "on_demand_with_limits" {
  command = plan

  variables {
    on_demand_limits       = { read = 1000, write = -1 }
    index_on_demand_limits = { "createdAt-index" = { read = 200, write = 100 } }
    alarm_thresholds       = { consumed_capacity_percent = 50 }
  }

  assert {
    condition = {
      for key in ["table/read", "table/write", "createdAt-index/read", "status-createdAt-index/read"] :
      key => aws_cloudwatch_metric_alarm.consumed_capacity[key].threshold
      } == {
      "table/read"                  = 500
      "table/write"                 = 20000
      "createdAt-index/read"        = 100
      "status-createdAt-index/read" = 20000
    }
    error_message = "The percentage is of the limit, and of the reference where there is none."
  }
}

run "provisioned" {
  command = plan

  variables {
    billing_mode      = "PROVISIONED"
    autoscaling_write = { max_capacity = 300 }
    index_autoscaling = { "createdAt-index" = { write = { max_capacity = 200 } } }
  }

  assert {
    condition = {
      for key in ["table/read", "table/write", "createdAt-index/write"] :
      key => aws_cloudwatch_metric_alarm.consumed_capacity[key].threshold
    } == { "table/read" = 80, "table/write" = 240, "createdAt-index/write" = 160 }
    error_message = "The percentage is of the autoscaling maximum."
  }
}

run "chosen_kinds" {
  command = plan

  variables {
    alarm_kinds = ["throttling", "account_user_errors"]
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.consumed_capacity) == 0 && length(aws_cloudwatch_metric_alarm.system_errors) == 0 && length(aws_cloudwatch_metric_alarm.throttling) == 8
    error_message = "Only what was asked for."
  }

  assert {
    condition = flatten([
      for query in aws_cloudwatch_metric_alarm.account_user_errors["account_user_errors"].metric_query :
      [for metric in query.metric : [metric.metric_name, metric.dimensions == null]]
    ]) == ["UserErrors", true]
    error_message = "User errors have no dimensions."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_metric_alarm.account_user_errors["account_user_errors"].alarm_name, "account")
    error_message = "Its name says that it is about the account."
  }
}

run "kinds_without_alarms" {
  command = plan

  variables {
    enable_alarms = false
    alarm_kinds   = ["throttling", "account_user_errors"]
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.throttling) == 0 && length(aws_cloudwatch_metric_alarm.account_user_errors) == 0
    error_message = "No alarms unless they are enabled."
  }
}
