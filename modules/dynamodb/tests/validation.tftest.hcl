# Input that must be refused, each by the variable that holds it.

mock_provider "aws" {}

variables {
  table_name  = "invoices"
  environment = "test"
}

run "table_name_too_short" {
  command = plan

  variables {
    table_name = "in"
  }

  expect_failures = [var.table_name]
}

run "table_name_with_a_slash" {
  command = plan

  variables {
    table_name = "team/invoices"
  }

  expect_failures = [var.table_name]
}

run "environment_with_a_space" {
  command = plan

  variables {
    environment = "my test"
  }

  expect_failures = [var.environment]
}

run "tag_of_aws" {
  command = plan

  variables {
    common_tags = { "aws:owner" = "billing" }
  }

  expect_failures = [var.common_tags]
}

run "tag_value_too_long" {
  command = plan

  variables {
    common_tags = { Owner = join("", [for n in range(257) : "x"]) }
  }

  expect_failures = [var.common_tags]
}

run "too_many_tags" {
  command = plan

  variables {
    common_tags = { for n in range(50) : "tag${n}" => "x" }
  }

  expect_failures = [var.common_tags]
}

run "unknown_billing_mode" {
  command = plan

  variables {
    billing_mode = "ON_DEMAND"
  }

  expect_failures = [var.billing_mode]
}

run "unknown_table_class" {
  command = plan

  variables {
    table_class = "GLACIER"
  }

  expect_failures = [var.table_class]
}

run "sort_key_as_partition" {
  command = plan

  variables {
    created_at_index_partition_attribute = "createdAt"
  }

  expect_failures = [var.created_at_index_partition_attribute]
}

run "projection_of_another_index" {
  command = plan

  variables {
    index_projections = { "amount-index" = { projection_type = "ALL" } }
  }

  expect_failures = [var.index_projections]
}

run "unknown_projection" {
  command = plan

  variables {
    index_projections = { "createdAt-index" = { projection_type = "SOME" } }
  }

  expect_failures = [var.index_projections]
}

run "include_of_nothing" {
  command = plan

  variables {
    index_projections = { "createdAt-index" = { projection_type = "INCLUDE" } }
  }

  expect_failures = [var.index_projections]
}

run "all_and_more" {
  command = plan

  variables {
    index_projections = { "createdAt-index" = { projection_type = "ALL", non_key_attributes = ["amount"] } }
  }

  expect_failures = [var.index_projections]
}

run "recovery_period_of_no_days" {
  command = plan

  variables {
    recovery_period_in_days = 0
  }

  expect_failures = [var.recovery_period_in_days]
}

run "recovery_period_too_long" {
  command = plan

  variables {
    recovery_period_in_days = 36
  }

  expect_failures = [var.recovery_period_in_days]
}

run "recovery_period_of_half_a_day" {
  command = plan

  variables {
    recovery_period_in_days = 1.5
  }

  expect_failures = [var.recovery_period_in_days]
}

run "alias_for_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/invoices"
  }

  expect_failures = [var.kms_key_arn]
}

run "expiry_by_a_key" {
  command = plan

  variables {
    ttl_attribute = "createdAt"
  }

  expect_failures = [var.ttl_attribute]
}

run "expiry_by_nothing" {
  command = plan

  variables {
    ttl_attribute = ""
  }

  expect_failures = [var.ttl_attribute]
}

run "unknown_stream_view" {
  command = plan

  variables {
    stream_view_type = "EVERYTHING"
  }

  expect_failures = [var.stream_view_type]
}

run "limit_of_zero" {
  command = plan

  variables {
    on_demand_limits = { read = 0, write = 1 }
  }

  expect_failures = [var.on_demand_limits]
}

run "limit_of_provisioned" {
  command = plan

  variables {
    billing_mode     = "PROVISIONED"
    on_demand_limits = { read = 10, write = 10 }
  }

  expect_failures = [var.on_demand_limits]
}

run "limit_of_another_index" {
  command = plan

  variables {
    index_on_demand_limits = { "amount-index" = { read = 10, write = 10 } }
  }

  expect_failures = [var.index_on_demand_limits]
}

run "index_limit_of_provisioned" {
  command = plan

  variables {
    billing_mode           = "PROVISIONED"
    index_on_demand_limits = { "createdAt-index" = { read = 10, write = 10 } }
  }

  expect_failures = [var.index_on_demand_limits]
}

run "reads_from_nothing" {
  command = plan

  variables {
    autoscaling_read = { min_capacity = 0 }
  }

  expect_failures = [var.autoscaling_read]
}

run "minimum_above_maximum" {
  command = plan

  variables {
    autoscaling_write = { min_capacity = 101 }
  }

  expect_failures = [var.autoscaling_write]
}

run "target_too_high" {
  command = plan

  variables {
    autoscaling_read = { target_utilization = 95 }
  }

  expect_failures = [var.autoscaling_read]
}

run "negative_cooldown" {
  command = plan

  variables {
    autoscaling_write = { scale_in_cooldown = -1 }
  }

  expect_failures = [var.autoscaling_write]
}

run "scaling_of_another_index" {
  command = plan

  variables {
    index_autoscaling = { "amount-index" = {} }
  }

  expect_failures = [var.index_autoscaling]
}

run "target_of_an_index_too_low" {
  command = plan

  variables {
    index_autoscaling = { "createdAt-index" = { write = { target_utilization = 10 } } }
  }

  expect_failures = [var.index_autoscaling]
}

run "another_autoscaled_index" {
  command = plan

  variables {
    autoscaled_indexes = ["amount-index"]
  }

  expect_failures = [var.autoscaled_indexes]
}

run "unknown_alarm_kind" {
  command = plan

  variables {
    alarm_kinds = ["user_errors"]
  }

  expect_failures = [var.alarm_kinds]
}

run "topic_by_name" {
  command = plan

  variables {
    alarm_sns_topic_arns = ["on-call"]
  }

  expect_failures = [var.alarm_sns_topic_arns]
}

run "threshold_of_zero" {
  command = plan

  variables {
    alarm_thresholds = { system_errors = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "period_of_half_a_minute" {
  command = plan

  variables {
    alarm_evaluation = { period_seconds = 30 }
  }

  expect_failures = [var.alarm_evaluation]
}

run "more_bad_periods_than_periods" {
  command = plan

  variables {
    alarm_evaluation = { evaluation_periods = 2 }
  }

  expect_failures = [var.alarm_evaluation]
}

run "look_back_too_far" {
  command = plan

  variables {
    alarm_evaluation = { period_seconds = 86400 }
  }

  expect_failures = [var.alarm_evaluation]
}

run "no_operations" {
  command = plan

  variables {
    alarm_operations = []
  }

  expect_failures = [var.alarm_operations]
}

run "operation_in_lower_case" {
  command = plan

  variables {
    alarm_operations = ["getItem"]
  }

  expect_failures = [var.alarm_operations]
}

# Each bound is fine where it is written; together they are not.
run "bounds_of_an_index_crossed" {
  command = plan

  variables {
    billing_mode      = "PROVISIONED"
    autoscaling_read  = { min_capacity = 10 }
    index_autoscaling = { "createdAt-index" = { read = { max_capacity = 9 } } }
  }

  expect_failures = [aws_appautoscaling_target.this["createdAt-index/read"]]
}
