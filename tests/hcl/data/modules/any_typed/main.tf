variable "tables" {
  type    = any
  default = {
    plain = { key = "id" }
    full = {
      key    = "pk"
      range  = "sk"
      ttl    = { name = "expires" }
      tags   = { A = 1, B = true }
      stream = "NEW_IMAGE"
      gsis   = [{ name = "g1", key = "sk" }, { name = "g2", key = "sk", range = "pk", include = ["x"] }]
    }
  }
}

variable "defaults" {
  type    = any
  default = { billing = "PAY_PER_REQUEST", tags = { Env = "test" }, gsis = [] }
}

locals {
  tables = { for name, t in var.tables : name => merge(var.defaults, t, {
    tags = merge(var.defaults.tags, lookup(t, "tags", {}))
    name = "${name}-table"
  }) }
}

resource "aws_dynamodb_table" "this" {
  for_each         = local.tables
  name             = each.value.name
  billing_mode     = each.value.billing
  hash_key         = each.value.key
  range_key        = lookup(each.value, "range", null)
  stream_enabled   = can(each.value.stream)
  stream_view_type = try(each.value.stream, null)
  tags             = each.value.tags

  dynamic "attribute" {
    for_each = toset(compact([each.value.key, lookup(each.value, "range", "")]))
    content {
      name = attribute.key
      type = "S"
    }
  }

  dynamic "ttl" {
    for_each = try([each.value.ttl], [])
    content {
      enabled        = lookup(ttl.value, "enabled", true)
      attribute_name = ttl.value.name
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for g in each.value.gsis : g.name => g }
    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.key
      range_key          = try(global_secondary_index.value.range, null)
      projection_type    = can(global_secondary_index.value.include) ? "INCLUDE" : "ALL"
      non_key_attributes = try(global_secondary_index.value.include, null)
    }
  }
}
