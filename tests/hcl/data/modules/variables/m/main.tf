variable "not_null" {
  nullable = false
  default  = "inner default"
}
variable "nullable" {
  default = "unused"
}
variable "object" {
  type = object({ name = string, size = optional(number) })
}
output "summary" {
  value = jsonencode([var.not_null, var.nullable, var.object])
}
