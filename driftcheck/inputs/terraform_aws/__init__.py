"""What driftcheck knows about the Terraform provider for AWS.

``AwsSchemas`` is handed to ``driftcheck.hcl.module``, which itself knows no resource
type. ``facts`` reads the provider's schemas, ``planning`` completes a resource's
configuration as the provider's plan would, ``adjustments`` holds exceptions,
``checks`` (with ``rules`` and ``table_checks``) says what the provider refuses,
``derived`` makes ARNs and identifiers, ``data_sources`` computes what needs no AWS,
``newer`` adds what version 6 of the provider has.
"""

from driftcheck.inputs.terraform_aws.schemas import SUPPORTED_TYPES, AwsSchemas

__all__ = ["SUPPORTED_TYPES", "AwsSchemas"]
