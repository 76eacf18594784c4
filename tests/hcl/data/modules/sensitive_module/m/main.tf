variable "token" {
  sensitive = true
}
output "token" {
  value     = var.token
  sensitive = true
}
output "open" {
  value = nonsensitive(substr(var.token, 0, 1))
}
output "flag" {
  value     = length(var.token) > 3
  sensitive = true
}
output "number" {
  value     = length(var.token) - 4
  sensitive = true
}
