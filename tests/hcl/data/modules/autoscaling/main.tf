variable "indexes" {
  type = map(object({ key = string, min = optional(number, 5), max = optional(number, 100) }))
  default = {
    by-owner = { key = "owner" }
    by-date  = { key = "date", max = 40 }
  }
}

locals {
  dimensions = { Read = "Read", Write = "Write" }
  targets = merge(
    { for d in keys(local.dimensions) : "table/${d}" => {
      resource_id = "table/${aws_dynamodb_table.this.name}"
      dimension   = "dynamodb:table:${d}CapacityUnits"
      metric      = "DynamoDB${d}CapacityUtilization"
      min         = 5
      max         = 100
    } },
    { for pair in setproduct(keys(var.indexes), keys(local.dimensions)) : "${pair[0]}/${pair[1]}" => {
      resource_id = "table/${aws_dynamodb_table.this.name}/index/${pair[0]}"
      dimension   = "dynamodb:index:${pair[1]}CapacityUnits"
      metric      = "DynamoDB${pair[1]}CapacityUtilization"
      min         = var.indexes[pair[0]].min
      max         = var.indexes[pair[0]].max
    } },
  )
}

resource "aws_dynamodb_table" "this" {
  name           = "scaled"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"

  dynamic "attribute" {
    for_each = toset(concat(["id"], [for i in var.indexes : i.key]))
    content {
      name = attribute.key
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.key
      projection_type = "KEYS_ONLY"
      read_capacity   = global_secondary_index.value.min
      write_capacity  = global_secondary_index.value["min"]
    }
  }

  lifecycle {
    ignore_changes = [read_capacity, write_capacity]
  }
}

resource "aws_appautoscaling_target" "this" {
  for_each           = local.targets
  min_capacity       = each.value.min
  max_capacity       = each.value.max
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.dimension
  service_namespace  = "dynamodb"
}

resource "aws_appautoscaling_policy" "this" {
  for_each           = aws_appautoscaling_target.this
  name               = "${split(":", each.value.scalable_dimension)[2]}:${each.value.resource_id}"
  policy_type        = "TargetTrackingScaling"
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension
  service_namespace  = each.value.service_namespace

  target_tracking_scaling_policy_configuration {
    predefined_metric_specification {
      predefined_metric_type = local.targets[each.key].metric
    }
    target_value       = 70.5
    scale_in_cooldown  = each.key == "table/Read" ? 60 : null
    scale_out_cooldown = "30"
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  count              = 2
  name               = "night-${count.index}"
  service_namespace  = aws_appautoscaling_target.this["table/Read"].service_namespace
  resource_id        = aws_appautoscaling_target.this["table/Read"].resource_id
  scalable_dimension = aws_appautoscaling_target.this["table/Read"].scalable_dimension
  schedule           = "cron(0 ${count.index * 12} * * ? *)"
  timezone           = count.index == 0 ? null : "Europe/Berlin"

  scalable_target_action {
    min_capacity = count.index
    max_capacity = count.index + 10
  }
}
