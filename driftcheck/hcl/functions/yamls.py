"""``yamlencode`` and ``yamldecode``."""

from __future__ import annotations

from driftcheck.hcl.functions.registry import Call, Parameter, function
from driftcheck.hcl.functions.support import text, unknown_result
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Value


@function("yamldecode", Parameter("src", STRING), not_null=False)
def yamldecode(call: Call) -> Value:
    """``yamldecode(src)``: objects, tuples and scalars of the one document."""
    from driftcheck.hcl.functions import yaml_decode

    return yaml_decode.decode(call, call.args[0].as_str())


@function(
    "yamlencode",
    Parameter("value", allow_null=True, allow_dynamic=True),
    returns=STRING,
    not_null=False,
)
def yamlencode(call: Call) -> Value:
    """``yamlencode(value)`` in block style."""
    from driftcheck.hcl.functions import yaml_encode

    value = call.args[0]
    if not value.wholly_known:
        return unknown_result([value], STRING, nullable=True)
    return text(yaml_encode.encode(call, value))
