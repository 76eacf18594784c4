"""A resource's configuration completed as ``terraform plan`` completes it.

What is not set becomes the provider's default, or stays unset, or is decided by
AWS. The last is an unknown value, as in a plan. Of an argument that could have
been set, driftcheck later takes that for "not set" (see ``without_unset``): the
code leaves it to the provider, so the provider's default is what is desired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from driftcheck.hcl.module.schema import AttributeSchema, BlockSchema, NestedBlock
from driftcheck.hcl.types import STRING, ListType, MapType, SetType, Type
from driftcheck.hcl.values import (
    Unknown,
    Value,
    boolean,
    list_value,
    number,
    object_value,
    set_value,
    string,
    unknown,
)
from driftcheck.inputs.aws_provider import Behaviour
from driftcheck.model import values as model
from driftcheck.model.resource import Resource

#: Names of attributes that AWS gives every resource: unknown before, but never null.
_ALWAYS_THERE = frozenset({"arn", "id", "key_id"})


def unset_reason(address: str) -> str:
    """The reason of an unknown value that stands for an argument that is not set."""
    return f"{address} leaves it to the provider"


def without_unset(resource: Resource) -> Resource:
    """The resource with null wherever its own configuration sets nothing."""
    reason = unset_reason(resource.address)

    def clean(value: model.Json) -> model.Json:
        match value:
            case model.Unknown():
                return None if value.reason == reason else value
            case model.Sensitive():
                return model.Sensitive(clean(value.value))
            case dict():
                return {name: clean(member) for name, member in value.items()}
            case list():
                return [clean(item) for item in value]
            case _:
                return value

    return replace(resource, values=clean(resource.values))


@dataclass(frozen=True, slots=True)
class Completion:
    """Completes the configuration of the resource at ``address``.

    With ``exact``, everything is as in a plan of provider 5.100: what newer providers
    add is left out where it is not used, and nothing is known of what AWS decides.
    """

    address: str
    exact: bool

    def complete(self, config: Value, schema: BlockSchema, behaviour: Behaviour) -> Value:
        """The object of a root block with everything filled in."""
        return self._block(config, schema, behaviour, in_set=False)

    def _block(
        self, config: Value, schema: BlockSchema, behaviour: Behaviour, *, in_set: bool
    ) -> Value:
        if not isinstance(config.raw, dict):
            return config
        values = dict(config.raw)
        for name, attribute in schema.attributes.items():
            values[name] = self._attribute(name, attribute, values[name], behaviour, in_set)
        for name, nested in schema.blocks.items():
            inner = behaviour.blocks.get(name, Behaviour())
            computed = name in behaviour.computed_blocks
            values[name] = self._blocks(
                nested, values[name], inner, computed=computed, in_set=in_set
            )
        if self.exact:
            for name in behaviour.newer:
                if _is_unset(config.raw.get(name)):
                    values.pop(name, None)
        return object_value(values).with_marks(config.marks)

    def _attribute(
        self,
        name: str,
        attribute: AttributeSchema,
        value: Value,
        behaviour: Behaviour,
        in_set: bool,
    ) -> Value:
        if not value.is_null:
            # The provider's protocol cannot have unknown elements in a known map.
            if self.exact and isinstance(value.type, MapType) and not value.wholly_known:
                hole = value.first_unknown()
                return Value(value.type, hole or value.raw, value.all_marks())
            return value
        if name in behaviour.defaults:
            return _constant(behaviour.defaults[name])
        if attribute.computed:
            return self._left_open(name, attribute)
        if in_set:
            # Anywhere below a set, the provider cannot tell unset from empty.
            if isinstance(attribute.type, SetType | ListType):
                return Value(attribute.type, [], value.marks)
            return string("") if attribute.type == STRING else value
        return value

    def _left_open(self, name: str, attribute: AttributeSchema) -> Value:
        if attribute.settable:
            return unknown(unset_reason(self.address), attribute.type)
        reason = f"{self.address}.{name} is decided by AWS"
        sure = name in _ALWAYS_THERE and not self.exact
        return unknown(reason, attribute.type, not_null=sure)

    def _blocks(
        self,
        nested: NestedBlock,
        value: Value,
        behaviour: Behaviour,
        *,
        computed: bool,
        in_set: bool,
    ) -> Value:
        raw = value.raw
        if isinstance(raw, Unknown) or raw is None:
            return value
        if isinstance(raw, dict):
            return self._block(value, nested.block, behaviour, in_set=in_set)
        assert isinstance(raw, list)
        if not raw and computed:
            return unknown(unset_reason(self.address), nested.type)
        is_set = nested.nesting == "set"
        inside = in_set or is_set
        made = [self._block(v, nested.block, behaviour, in_set=inside) for v in raw]
        # Leaving out members in ``exact`` changes the type of the elements.
        element = made[0].type if made else nested.block.type
        build: Callable[[Type, list[Value]], Value] = set_value if is_set else list_value
        return build(element, made).with_marks(value.marks)


def _is_unset(value: Value | None) -> bool:
    return value is None or value.is_null or value.raw == []


def _constant(plain: Any) -> Value:
    """A default from the data file."""
    match plain:
        case bool():
            return boolean(plain)
        case int():
            return number(plain)
        case _:
            return string(str(plain))
