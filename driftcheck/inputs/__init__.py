"""Where tables come from: Terraform resources (HCL or a plan) and the answers of AWS."""
