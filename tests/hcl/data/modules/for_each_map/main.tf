variable "tables" {
  type = map(object({
    hash_key      = string
    hash_key_type = optional(string, "S")
    range_key     = optional(string)
    ttl           = optional(object({
      enabled   = optional(bool, true)
      attribute = optional(string, "expiresAt")
    }))
    stream = optional(object({ view_type = string }), null)
    tags   = optional(map(string), {})
  }))
}

resource "aws_dynamodb_table" "this" {
  for_each     = var.tables
  name         = "app-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash_key
  range_key    = each.value.range_key

  stream_enabled   = each.value.stream != null
  stream_view_type = try(each.value.stream.view_type, null)

  attribute {
    name = each.value.hash_key
    type = each.value.hash_key_type
  }

  dynamic "attribute" {
    for_each = each.value.range_key == null ? [] : [each.value.range_key]
    content {
      name = attribute.value
      type = "N"
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl[*]
    content {
      enabled        = ttl.value.enabled
      attribute_name = ttl.value.attribute
    }
  }

  tags = merge({ Key = each.key }, each.value.tags)
}

resource "aws_dynamodb_contributor_insights" "this" {
  for_each   = { for k, t in aws_dynamodb_table.this : k => t if t.stream_enabled }
  table_name = each.value.name
}
