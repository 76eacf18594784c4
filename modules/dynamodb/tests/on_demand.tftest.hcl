# The table as the defaults make it, and what the variables change about it on
# demand. Plans against a mock of the provider: no account, no network.

mock_provider "aws" {}

variables {
  table_name  = "invoices"
  environment = "test"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The default is on demand."
  }

  assert {
    condition     = aws_dynamodb_table.this.hash_key == "invoiceId" && aws_dynamodb_table.this.range_key == null
    error_message = "Invoices are kept by invoiceId alone."
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name => [index.hash_key, index.range_key, index.projection_type]
      } == {
      "createdAt-index"            = ["createdAt", "", "ALL"]
      "customerId-createdAt-index" = ["customerId", "createdAt", "ALL"]
      "status-createdAt-index"     = ["status", "createdAt", "ALL"]
    }
    error_message = "The three indexes, with their keys."
  }

  assert {
    condition = {
      for attribute in aws_dynamodb_table.this.attribute : attribute.name => attribute.type
      } == {
      createdAt = "S", customerId = "S", invoiceId = "S", status = "S"
    }
    error_message = "Exactly the key attributes are defined."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.point_in_time_recovery).enabled && one(aws_dynamodb_table.this.point_in_time_recovery).recovery_period_in_days == 35
    error_message = "Point-in-time recovery is on, for 35 days."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.server_side_encryption).enabled
    error_message = "Encryption is with KMS."
  }

  assert {
    condition     = aws_dynamodb_table.this.stream_enabled && aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "The stream carries both images."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table is protected against deletion."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.ttl) == 0
    error_message = "Nothing expires unless asked for."
  }

  assert {
    condition     = aws_dynamodb_table.this.table_class == "STANDARD"
    error_message = "The table class is STANDARD."
  }

  assert {
    condition     = aws_dynamodb_table.this.tags == tomap({ Environment = "test" })
    error_message = "The environment is a tag."
  }

  assert {
    condition     = length(aws_appautoscaling_target.this) == 0 && length(aws_appautoscaling_policy.this) == 0
    error_message = "On demand has nothing to scale."
  }

  assert {
    condition     = length(output.autoscaling_targets) == 0 && length(output.alarm_arns) == 0
    error_message = "Neither scaling nor alarms unless asked for."
  }

  assert {
    condition     = output.index_names == ["createdAt-index", "customerId-createdAt-index", "status-createdAt-index"]
    error_message = "The index names are an output."
  }
}

run "creation_date_index_with_a_constant_partition" {
  command = plan

  variables {
    created_at_index_partition_attribute = "entityType"
  }

  assert {
    condition = [
      for index in aws_dynamodb_table.this.global_secondary_index :
      [index.hash_key, index.range_key] if index.name == "createdAt-index"
    ] == [["entityType", "createdAt"]]
    error_message = "The named attribute is the partition key, createdAt the sort key."
  }

  assert {
    condition     = contains([for attribute in aws_dynamodb_table.this.attribute : attribute.name], "entityType")
    error_message = "The partition attribute is defined."
  }
}

run "narrower_projections" {
  command = plan

  variables {
    index_projections = {
      "status-createdAt-index" = { projection_type = "INCLUDE", non_key_attributes = ["amount"] }
      "createdAt-index"        = { projection_type = "KEYS_ONLY" }
    }
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name => [index.projection_type, join(",", index.non_key_attributes)]
      } == {
      "createdAt-index"            = ["KEYS_ONLY", ""]
      "customerId-createdAt-index" = ["ALL", ""]
      "status-createdAt-index"     = ["INCLUDE", "amount"]
    }
    error_message = "Each index has the projection that was asked for, the others ALL."
  }
}

run "customer_managed_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = one(aws_dynamodb_table.this.server_side_encryption).kms_key_arn == var.kms_key_arn
    error_message = "The table is encrypted with the given key."
  }
}

run "everything_optional_off" {
  command = plan

  variables {
    enable_point_in_time_recovery = false
    enable_streams                = false
    enable_deletion_protection    = false
  }

  assert {
    condition     = !one(aws_dynamodb_table.this.point_in_time_recovery).enabled
    error_message = "Point-in-time recovery is off, and said to be."
  }

  assert {
    condition     = !aws_dynamodb_table.this.stream_enabled && output.stream_arn == null
    error_message = "No stream, and none in the outputs."
  }

  assert {
    condition     = !aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "Deletion protection is off."
  }
}

run "expiry" {
  command = plan

  variables {
    ttl_attribute = "expiresAt"
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).enabled && one(aws_dynamodb_table.this.ttl).attribute_name == "expiresAt"
    error_message = "Items expire by expiresAt."
  }
}

run "expiry_switched_off" {
  command = plan

  variables {
    ttl_attribute = "expiresAt"
    enable_ttl    = false
  }

  assert {
    condition     = !one(aws_dynamodb_table.this.ttl).enabled && one(aws_dynamodb_table.this.ttl).attribute_name == "expiresAt"
    error_message = "The attribute stays named, so that AWS can be told to stop."
  }
}

run "tags_and_class" {
  command = plan

  variables {
    common_tags = { Owner = "billing", Environment = "overruled" }
    table_class = "STANDARD_INFREQUENT_ACCESS"
  }

  assert {
    condition     = aws_dynamodb_table.this.tags == tomap({ Owner = "billing", Environment = "test" })
    error_message = "The common tags, and the environment above them."
  }

  assert {
    condition     = aws_dynamodb_table.this.table_class == "STANDARD_INFREQUENT_ACCESS"
    error_message = "The table class that was asked for."
  }
}

run "on_demand_limits" {
  command = plan

  variables {
    on_demand_limits       = { read = 1000, write = 500 }
    index_on_demand_limits = { "createdAt-index" = { read = 200, write = -1 } }
  }

  assert {
    condition     = one(aws_dynamodb_table.this.on_demand_throughput).max_read_request_units == 1000 && one(aws_dynamodb_table.this.on_demand_throughput).max_write_request_units == 500
    error_message = "The table's limits."
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name => [for limit in index.on_demand_throughput : limit.max_read_request_units]
      } == {
      "createdAt-index"            = [200]
      "customerId-createdAt-index" = []
      "status-createdAt-index"     = []
    }
    error_message = "The limits of one index."
  }
}
