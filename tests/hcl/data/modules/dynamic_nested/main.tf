variable "indexes" {
  type = list(object({
    name    = string
    key     = string
    range   = optional(string)
    reads   = optional(number)
    exclude = optional(bool, false)
    include = optional(set(string))
  }))
  default = [
    { name = "by-owner", key = "owner", reads = 100 },
    { name = "by-date", key = "day", range = "owner", include = ["z", "a"] },
    { name = "skipped", key = "none", exclude = true },
    { name = "bare", key = "day" },
  ]
}

locals {
  wanted = [for i in var.indexes : i if !i.exclude]
  keys   = distinct(compact(concat(["id"], local.wanted[*].key, local.wanted[*].range)))
}

resource "aws_dynamodb_table" "this" {
  name         = "dynamic"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  dynamic "attribute" {
    for_each = local.keys
    iterator = key
    content {
      name = key.value
      type = key.key == 0 ? "S" : "N"
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for i in local.wanted : i.name => i }
    iterator = gsi
    content {
      name               = gsi.key
      hash_key           = gsi.value.key
      range_key          = gsi.value.range
      projection_type    = gsi.value.include == null ? "ALL" : "INCLUDE"
      non_key_attributes = gsi.value.include

      dynamic "on_demand_throughput" {
        for_each = gsi.value.reads == null ? [] : [gsi.value.reads]
        content {
          max_read_request_units  = on_demand_throughput.value
          max_write_request_units = on_demand_throughput.value * 2
        }
      }
    }
  }

  dynamic "local_secondary_index" {
    for_each = []
    content {
      name            = local_secondary_index.value.nothing
      range_key       = "x"
      projection_type = "ALL"
    }
  }
}
