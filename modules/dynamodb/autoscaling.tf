# Application Auto Scaling of read and write capacity, for the table and for
# every index. No resource here exists under PAY_PER_REQUEST.

locals {
  # The settings by capacity. An index may override any of them; what it leaves
  # unset is as for the table.
  scaling = {
    for key, capacity in local.capacity : key => merge(
      capacity.direction == "read" ? var.autoscaling_read : var.autoscaling_write,
      {
        for field, value in try(var.index_autoscaling[capacity.index][capacity.direction], {}) :
        field => value if value != null
      },
    )
  }

  # What Application Auto Scaling calls them. The table's name is taken from the
  # resource, so that a target is registered after its table and index, and
  # deregistered before an index or the provisioned mode goes away.
  scalable = {
    for key, capacity in local.capacity : key => {
      resource_id = join("/", concat(
        ["table", aws_dynamodb_table.this.name],
        capacity.index == null ? [] : ["index", capacity.index],
      ))
      dimension = join(":", [
        "dynamodb", capacity.index == null ? "table" : "index", "${capacity.units}CapacityUnits",
      ])
      metric = "DynamoDB${capacity.units}CapacityUtilization"
    } if local.provisioned
  }
}

resource "aws_appautoscaling_target" "this" {
  for_each = local.scalable

  service_namespace  = "dynamodb"
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.dimension
  min_capacity       = local.scaling[each.key].min_capacity
  max_capacity       = local.scaling[each.key].max_capacity

  lifecycle {
    # The bounds of an index may come from two variables; only here are they together.
    precondition {
      condition     = local.scaling[each.key].min_capacity <= local.scaling[each.key].max_capacity
      error_message = "The minimum capacity of ${each.key} is above its maximum: see autoscaling_read, autoscaling_write and index_autoscaling."
    }
  }
}

resource "aws_appautoscaling_policy" "this" {
  for_each = local.scalable

  name               = "${each.value.metric}:${each.value.resource_id}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.this[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.this[each.key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = local.scaling[each.key].target_utilization
    scale_in_cooldown  = local.scaling[each.key].scale_in_cooldown
    scale_out_cooldown = local.scaling[each.key].scale_out_cooldown

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
    }
  }
}
