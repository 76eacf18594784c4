# The invoice table. One resource address whatever the variables say: no flag
# moves the table to another address, so no flag can replace it.

locals {
  provisioned = var.billing_mode == "PROVISIONED"

  # What each index is keyed by. No sort key is written as "" (see the dynamic
  # block below).
  index_keys = {
    "customerId-createdAt-index" = { hash_key = "customerId", range_key = "createdAt" }
    "status-createdAt-index"     = { hash_key = "status", range_key = "createdAt" }
    "createdAt-index" = (
      var.created_at_index_partition_attribute == null
      ? { hash_key = "createdAt", range_key = "" }
      : { hash_key = var.created_at_index_partition_attribute, range_key = "createdAt" }
    )
  }

  index_names = keys(local.index_keys)

  index_projections = {
    for name in local.index_names : name => lookup(
      var.index_projections, name, { projection_type = "ALL", non_key_attributes = [] }
    )
  }

  # DynamoDB wants the type of every key attribute, and of no other.
  key_attributes = toset(compact(flatten([
    "invoiceId", [for index in local.index_keys : [index.hash_key, index.range_key]],
  ])))

  # Whatever has capacity of its own, by "table/read", "table/write",
  # "<index>/read" and "<index>/write". `units` is how AWS spells the direction.
  capacity = {
    for pair in setproduct(concat(["table"], local.index_names), ["read", "write"]) :
    join("/", pair) => {
      index     = pair[0] == "table" ? null : pair[0]
      direction = pair[1]
      units     = title(pair[1])
    }
  }

  tags = merge(var.common_tags, { Environment = var.environment })
}

resource "aws_dynamodb_table" "this" {
  name                        = var.table_name
  billing_mode                = var.billing_mode
  table_class                 = var.table_class
  deletion_protection_enabled = var.enable_deletion_protection

  hash_key = "invoiceId"

  # Where a provisioned table starts; from then on the capacity is the
  # autoscaler's (see `lifecycle`).
  read_capacity  = local.provisioned ? local.scaling["table/read"].min_capacity : null
  write_capacity = local.provisioned ? local.scaling["table/write"].min_capacity : null

  stream_enabled   = var.enable_streams
  stream_view_type = var.enable_streams ? var.stream_view_type : null

  tags = local.tags

  dynamic "attribute" {
    for_each = local.key_attributes

    content {
      name = attribute.value
      type = "S"
    }
  }

  # Terraform cannot ignore the capacity of a single index, but it keeps what is
  # live where the configuration says nothing, as long as the rest of the block
  # reads exactly as the provider stores it. That is why an absent sort key is ""
  # and the absent non-key attributes are [], and it is what
  # `autoscaled_indexes` relies on.
  dynamic "global_secondary_index" {
    for_each = local.index_keys

    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.hash_key
      range_key          = global_secondary_index.value.range_key
      projection_type    = local.index_projections[global_secondary_index.key].projection_type
      non_key_attributes = local.index_projections[global_secondary_index.key].non_key_attributes

      read_capacity = (
        local.provisioned && !contains(var.autoscaled_indexes, global_secondary_index.key)
        ? local.scaling["${global_secondary_index.key}/read"].min_capacity
        : null
      )
      write_capacity = (
        local.provisioned && !contains(var.autoscaled_indexes, global_secondary_index.key)
        ? local.scaling["${global_secondary_index.key}/write"].min_capacity
        : null
      )

      dynamic "on_demand_throughput" {
        for_each = [
          for name, limits in var.index_on_demand_limits : limits
          if name == global_secondary_index.key
        ]

        content {
          max_read_request_units  = on_demand_throughput.value.read
          max_write_request_units = on_demand_throughput.value.write
        }
      }
    }
  }

  dynamic "on_demand_throughput" {
    for_each = var.on_demand_limits[*]

    content {
      max_read_request_units  = on_demand_throughput.value.read
      max_write_request_units = on_demand_throughput.value.write
    }
  }

  point_in_time_recovery {
    enabled = var.enable_point_in_time_recovery
    recovery_period_in_days = (
      var.enable_point_in_time_recovery ? var.recovery_period_in_days : null
    )
  }

  # Enabled without a key is the AWS-managed key alias/aws/dynamodb; leaving the
  # block out would be the key that AWS owns, which no account can audit.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # To switch TTL off, AWS wants to hear the attribute's name once more, and the
  # provider takes a missing block for "leave it as it is". Hence two variables:
  # the attribute, and whether it is in force.
  dynamic "ttl" {
    for_each = var.ttl_attribute[*]

    content {
      attribute_name = ttl.value
      enabled        = var.enable_ttl
    }
  }

  timeouts {
    create = var.timeouts.create
    update = var.timeouts.update
    delete = var.timeouts.delete
  }

  lifecycle {
    # The autoscaler moves these. `ignore_changes` is read before any variable
    # is known, so it holds in both billing modes; without provisioned capacity
    # there is nothing to ignore.
    ignore_changes = [read_capacity, write_capacity]
  }
}
