locals {
  raw    = yamldecode(file("${path.module}/tables.yaml"))
  tables = { for t in local.raw.tables : t.name => merge(local.raw.defaults, t) }
  policy = templatefile("${path.module}/policy.json.tftpl", {
    actions = ["GetItem", "PutItem"]
    account = "123456789012"
  })
  files = fileset(path.module, "tables/*.json")
}

resource "aws_dynamodb_table" "yaml" {
  for_each       = local.tables
  name           = replace(title(each.key), "/[^A-Za-z0-9]/", "_")
  billing_mode   = lookup(each.value, "billing", "PAY_PER_REQUEST")
  read_capacity  = lookup(each.value, "billing", "") == "PROVISIONED" ? each.value.capacity : null
  write_capacity = lookup(each.value, "billing", "") == "PROVISIONED" ? max(each.value.capacity, 2) : null
  hash_key       = each.value.key
  attribute {
    name = each.value.key
    type = coalesce(try(each.value.type, null), "S")
  }
  tags = { for k, v in each.value : k => tostring(v) if !contains(["name", "key"], k) }
}

resource "aws_dynamodb_table" "json" {
  for_each     = { for f in local.files : trimsuffix(basename(f), ".json") => jsondecode(file("${path.module}/${f}")) }
  name         = each.value.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.keys[0]
  range_key    = try(each.value.keys[1], null)
  dynamic "attribute" {
    for_each = each.value.keys
    content {
      name = attribute.value
      type = upper(substr(each.value.types[attribute.key], 0, 1))
    }
  }
  tags = {
    Hash = substr(sha256(each.key), 0, 8)
    Size = format("%05.2f", each.value.size)
    Sum  = sum(each.value.numbers)
    Date = formatdate("YYYY-MM", "2024-02-03T04:05:06Z")
  }
}

resource "aws_dynamodb_resource_policy" "this" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/x"
  policy       = local.policy
}
