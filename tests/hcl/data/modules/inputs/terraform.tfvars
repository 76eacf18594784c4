a = "terraform.tfvars"
b = "terraform.tfvars"
c = "terraform.tfvars"
d = "terraform.tfvars"
e = [1, true, "x"]
