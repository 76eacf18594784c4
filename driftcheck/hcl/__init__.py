"""The Terraform language: reading and evaluating HCL as Terraform 1.11 to 1.16 do.

Nothing in this package knows of DynamoDB or AWS tables. From the bottom:
``source`` (text and positions), ``syntax`` (the located tree), ``parser`` (text to
tree; ``native_syntax`` says how, ``grammar`` alone uses python-hcl2), ``types`` and
``values`` (what expressions evaluate to), ``evaluate`` (tree to value),
``functions`` (one file per family), ``config`` (a directory of files as one
module) and ``modules`` (a tree of module calls, evaluated).
"""
