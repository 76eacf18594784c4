variable "name" {}
variable "tables" {
  type = list(string)
}

module "group" {
  source = "../group"
  count  = length(var.tables)
  prefix = "${var.name}-${count.index}"
  keys   = toset([for i in range(count.index + 1) : "k${i}"])
}

output "names" {
  value = flatten(module.group[*].names)
}
