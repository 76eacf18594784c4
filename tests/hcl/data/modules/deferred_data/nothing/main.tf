data "aws_partition" "p" {}
output "x" {
  value = data.aws_partition.p.id
}
