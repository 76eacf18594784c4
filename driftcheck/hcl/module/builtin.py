"""``terraform_data``, the resource type of the provider that is built into Terraform."""

from __future__ import annotations

from driftcheck.hcl.module.schema import AttributeSchema, BlockSchema
from driftcheck.hcl.types import DYNAMIC, STRING
from driftcheck.hcl.values import Value, null, object_value, unknown

TERRAFORM_DATA = "terraform_data"

SCHEMA = BlockSchema(
    {
        "id": AttributeSchema(STRING, computed=True),
        "input": AttributeSchema(DYNAMIC, optional=True),
        "output": AttributeSchema(DYNAMIC, computed=True),
        "triggers_replace": AttributeSchema(DYNAMIC, optional=True),
    }
)


def plan_terraform_data(config: Value, address: str) -> Value:
    """A new ``terraform_data``: its output, a copy of its input, is there after the apply."""
    values = dict(config.as_dict())
    given = values["input"]
    values["id"] = unknown(f"{address}.id is made when Terraform applies", STRING, not_null=True)
    values["output"] = (
        null(given.type)
        if given.is_null
        else unknown(f"{address}.output is known after the apply", given.type)
    )
    return object_value(values)
