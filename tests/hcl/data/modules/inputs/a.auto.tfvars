c = "a.auto.tfvars"
f = null
