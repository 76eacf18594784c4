variable "prefix" {}
variable "tables" {
  type = set(string)
}

module "table" {
  source   = "../table"
  for_each = var.tables
  name     = "${var.prefix}-${each.key}"
  tags     = { Kind = each.value }
}

output "names" {
  value = { for k, m in module.table : k => m.table.name }
}

output "path" {
  value = module.table["cart"].path
}
