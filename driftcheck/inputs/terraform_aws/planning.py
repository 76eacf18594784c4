"""What the AWS provider plans for a new resource: its configuration, completed.

Most resources of the provider are built on the older of HashiCorp's two plugin
kits, which treats values in ways of its own when it plans: unset strings inside of
sets are "", null map elements vanish, an empty list equals no list. The rules here
were read off plans of provider 5.100.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from driftcheck.hcl.module.schema import AttributeSchema, NestedBlock
from driftcheck.hcl.numbers import parse_number
from driftcheck.hcl.types import BOOL, STRING, ListType, MapType, SetType
from driftcheck.hcl.values import (
    EMPTY_STRING,
    FALSE,
    Unknown,
    Value,
    list_value,
    map_value,
    null,
    number,
    object_value,
    set_value,
    unknown,
)
from driftcheck.inputs.terraform_aws.facts import Facts
from driftcheck.inputs.unset import unset_reason

#: Resources built on the newer kit, which keeps values as they are written.
_NEWER_KIT = frozenset(
    {
        "aws_dynamodb_global_secondary_index",
        "aws_dynamodb_resource_policy",
        "aws_dynamodb_table_export",
        "aws_dynamodb_vector_index",
        "aws_kms_key_policy",
    }
)

#: Blocks that the provider tells apart by their name alone; of several the last one counts.
_BY_NAME = frozenset({"attribute", "local_secondary_index"})

#: What AWS gives everything that it makes: unknown until then, but never null. Terraform
#: itself does not know this; a KMS key that is referred to is certainly a key, though.
_ALWAYS_THERE = frozenset({"arn", "key_id"})


def is_newer_kit(type_: str) -> bool:
    """Whether a resource type is built on the newer of the two plugin kits."""
    return type_ in _NEWER_KIT


@dataclass(frozen=True, slots=True)
class Planner:
    """Completes the configuration of one resource, whose address is ``address``.

    With ``exact``, a map with an unknown element is unknown as a whole, as the plan
    has it; otherwise what is known of it stays known.
    """

    type: str
    address: str
    exact: bool = True
    in_set: bool = False

    def complete(self, config: Value, facts: Facts, path: str = "") -> Value:
        """The planned object for the object that a block's configuration makes."""
        raw = config.raw
        if not isinstance(raw, dict):
            return config
        planned = dict(raw)
        for name, attribute in facts.schema.attributes.items():
            planned[name] = self._attribute(
                raw[name], attribute, facts.defaults.get(name), f"{path}{name}"
            )
        for name, nested in facts.schema.blocks.items():
            planned[name] = self._blocks(
                raw[name], nested, facts.blocks[name], name in facts.decided, f"{path}{name}"
            )
        return object_value(planned).with_marks(config.marks)

    def _decided(self, path: str) -> str:
        return f"{self.address}.{path} is decided by AWS"

    def _attribute(
        self, value: Value, schema: AttributeSchema, default: Value | None, path: str
    ) -> Value:
        if value.is_unknown:
            return value
        old_kit = self.type not in _NEWER_KIT
        if value.is_null or (
            old_kit and value.raw == "" and schema.computed and schema.type == STRING
        ):
            if default is not None:
                return default
            if schema.computed:
                # What could have been set is left open by the code; see ``inputs.unset``.
                if schema.settable:
                    return unknown(unset_reason(self.address), schema.type)
                return unknown(self._decided(path), schema.type, not_null=path in _ALWAYS_THERE)
            return self._unset(schema) if self.in_set and old_kit else value
        return self._kept(value, schema) if old_kit else value

    @staticmethod
    def _unset(schema: AttributeSchema) -> Value:
        """What stands for an argument that is not set in an element of a set."""
        if schema.type == STRING:
            return EMPTY_STRING
        if schema.type == BOOL:
            return FALSE
        if isinstance(schema.type, ListType | SetType):
            return Value(schema.type, [])
        return null(schema.type)

    def _kept(self, value: Value, schema: AttributeSchema) -> Value:
        """Lists, sets, maps and fractions as the older kit keeps them."""
        type_, raw = value.type, value.raw
        if isinstance(raw, Fraction):
            return number(parse_number(repr(float(raw)))).with_marks(value.marks)
        if isinstance(type_, MapType) and isinstance(raw, dict):
            kept = {k: v for k, v in raw.items() if not v.is_null}
            hidden = next((v.raw for v in kept.values() if isinstance(v.raw, Unknown)), None)
            if hidden is not None and self.exact:
                return Value(type_, Unknown(hidden.reason, not_null=True), value.marks)
            if not kept and not self.in_set:
                return null(type_)
            return map_value(type_.element, kept).with_marks(value.marks)
        if isinstance(raw, list):
            if not raw:
                return value if self.in_set else null(schema.type)
            hidden = next((v.raw for v in raw if isinstance(v.raw, Unknown)), None)
            if hidden is not None and (self.in_set or isinstance(type_, SetType)):
                return Value(type_, Unknown(hidden.reason, not_null=True), value.marks)
        return value

    def _blocks(
        self, value: Value, nested: NestedBlock, facts: Facts, decided: bool, path: str
    ) -> Value:
        raw = value.raw
        if nested.nesting in ("single", "group") or isinstance(raw, Unknown) or raw is None:
            return value
        if not raw and decided:
            return unknown(unset_reason(self.address), nested.type)
        if not isinstance(raw, list):
            return value
        if nested.nesting == "set":
            inner = replace(self, in_set=True)
            elements = [inner.complete(v, facts, f"{path}.") for v in raw]
            if self.type == "aws_dynamodb_table" and path in _BY_NAME:
                elements = _last_of_each_name(elements)
            return set_value(nested.block.type, elements).with_marks(value.marks)
        elements = [self.complete(v, facts, f"{path}[{i}].") for i, v in enumerate(raw)]
        return list_value(nested.block.type, elements).with_marks(value.marks)


def _last_of_each_name(elements: list[Value]) -> list[Value]:
    """The elements of a set, in its order, without those whose name occurs again."""
    names = [element.as_dict()["name"].raw for element in elements]
    return [
        element
        for index, element in enumerate(elements)
        if not isinstance(names[index], str) or names[index] not in names[index + 1 :]
    ]
