variable "seed" {}
variable "back" {}
output "main" {
  value = "${var.seed}-main"
}
output "echo" {
  value = "echo-${var.back}"
}
