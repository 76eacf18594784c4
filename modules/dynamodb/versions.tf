terraform {
  # 1.9 is the first release in which the validation of a variable may look at
  # other variables; several below do.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.100 knows the recovery period of point-in-time recovery. It is the
      # release that this module is tested with; the README says what to expect
      # from 6.x.
      version = ">= 5.100, < 7.0"
    }
  }
}
