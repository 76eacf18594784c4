"""``terraform_data``, the resource type of the provider that is built into Terraform."""

from __future__ import annotations

from driftcheck.hcl.module.schema import AttributeSchema, BlockSchema, NestedBlock
from driftcheck.hcl.types import BOOL, DYNAMIC, STRING
from driftcheck.hcl.values import SENSITIVE_MARKS, Value, null, object_value, unknown

TERRAFORM_DATA = "terraform_data"

SCHEMA = BlockSchema(
    {
        "id": AttributeSchema(STRING, computed=True),
        "input": AttributeSchema(DYNAMIC, optional=True),
        "output": AttributeSchema(DYNAMIC, computed=True),
        "triggers_replace": AttributeSchema(DYNAMIC, optional=True),
    },
    {
        "store": NestedBlock(
            "single",
            BlockSchema(
                {
                    "input": AttributeSchema(DYNAMIC, optional=True),
                    "output": AttributeSchema(DYNAMIC, computed=True),
                    "sensitive_output": AttributeSchema(DYNAMIC, computed=True, sensitive=True),
                    "version": AttributeSchema(DYNAMIC, optional=True),
                    "sensitive": AttributeSchema(BOOL, optional=True),
                    "replace": AttributeSchema(BOOL, optional=True),
                }
            ),
        )
    },
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
    if not values["store"].is_null:
        values["store"] = _stored(values["store"], address)
    return object_value(values)


def _stored(store: Value, address: str) -> Value:
    """The ``store`` block of Terraform 1.16: its input is given back, but kept in one place."""
    values = dict(store.as_dict())
    given, sensitive = values["input"], values["sensitive"].raw is True
    known_after = unknown(f"{address}.store is known after the apply", given.type)
    for name, holds in (("output", not sensitive), ("sensitive_output", sensitive)):
        values[name] = known_after if holds and not given.is_null else null(given.type)
    values["sensitive_output"] = values["sensitive_output"].with_marks(SENSITIVE_MARKS)
    values["input"] = null(given.type)
    return object_value(values)
