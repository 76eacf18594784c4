# Provisioned capacity and its auto-scaling.

mock_provider "aws" {}

variables {
  table_name   = "invoices"
  environment  = "test"
  billing_mode = "PROVISIONED"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 5 && aws_dynamodb_table.this.write_capacity == 5
    error_message = "The table starts at the minimum."
  }

  assert {
    condition = alltrue([
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.read_capacity == 5 && index.write_capacity == 5
    ])
    error_message = "Every index starts at the minimum."
  }

  assert {
    condition = keys(aws_appautoscaling_target.this) == [
      "createdAt-index/read", "createdAt-index/write",
      "customerId-createdAt-index/read", "customerId-createdAt-index/write",
      "status-createdAt-index/read", "status-createdAt-index/write",
      "table/read", "table/write",
    ]
    error_message = "Reads and writes of the table and of each index scale."
  }

  assert {
    condition     = keys(aws_appautoscaling_policy.this) == keys(aws_appautoscaling_target.this)
    error_message = "Each target has a policy."
  }

  assert {
    condition = alltrue([
      for target in values(aws_appautoscaling_target.this) :
      target.min_capacity == 5 && target.max_capacity == 100
    ])
    error_message = "From 5 to 100 units."
  }

  assert {
    condition = alltrue([
      for policy in values(aws_appautoscaling_policy.this) :
      one(policy.target_tracking_scaling_policy_configuration).target_value == 70
    ])
    error_message = "At 70 percent."
  }

  assert {
    condition     = aws_appautoscaling_target.this["table/read"].resource_id == "table/invoices" && aws_appautoscaling_target.this["table/read"].scalable_dimension == "dynamodb:table:ReadCapacityUnits"
    error_message = "The table, as Application Auto Scaling calls it."
  }

  assert {
    condition     = aws_appautoscaling_target.this["createdAt-index/write"].resource_id == "table/invoices/index/createdAt-index" && aws_appautoscaling_target.this["createdAt-index/write"].scalable_dimension == "dynamodb:index:WriteCapacityUnits"
    error_message = "An index, as Application Auto Scaling calls it."
  }

  assert {
    condition     = one(one(aws_appautoscaling_policy.this["createdAt-index/write"].target_tracking_scaling_policy_configuration).predefined_metric_specification).predefined_metric_type == "DynamoDBWriteCapacityUtilization"
    error_message = "Writes scale by the utilization of writes."
  }
}

run "bounds_by_direction_and_index" {
  command = plan

  variables {
    autoscaling_read  = { min_capacity = 10, max_capacity = 400 }
    autoscaling_write = { target_utilization = 50 }
    index_autoscaling = {
      "status-createdAt-index" = { read = { max_capacity = 50 } }
    }
  }

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 10 && aws_dynamodb_table.this.write_capacity == 5
    error_message = "Reads and writes have bounds of their own."
  }

  assert {
    condition     = aws_appautoscaling_target.this["status-createdAt-index/read"].min_capacity == 10 && aws_appautoscaling_target.this["status-createdAt-index/read"].max_capacity == 50
    error_message = "An index overrides what it names, and takes the rest from the table."
  }

  assert {
    condition     = aws_appautoscaling_target.this["createdAt-index/read"].max_capacity == 400
    error_message = "The other indexes are as the table."
  }

  assert {
    condition     = one(aws_appautoscaling_policy.this["status-createdAt-index/write"].target_tracking_scaling_policy_configuration).target_value == 50 && one(aws_appautoscaling_policy.this["table/read"].target_tracking_scaling_policy_configuration).target_value == 70
    error_message = "Targets differ by direction."
  }
}

run "capacity_left_to_the_autoscaler" {
  command = plan

  variables {
    autoscaled_indexes = ["customerId-createdAt-index"]
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name => [index.read_capacity, index.write_capacity]
      if index.name != "customerId-createdAt-index"
      } == {
      "createdAt-index"        = [5, 5]
      "status-createdAt-index" = [5, 5]
    }
    error_message = "The indexes that are not named keep stating their capacity."
  }

  assert {
    condition     = contains(keys(aws_appautoscaling_target.this), "customerId-createdAt-index/read")
    error_message = "The named index scales like the others."
  }
}
