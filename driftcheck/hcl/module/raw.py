"""Resources in the shape of Terraform's plan JSON, for ``driftcheck show --raw``."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from driftcheck.hcl.module.instances import ResourceInstance
from driftcheck.hcl.render import is_usable, to_plain
from driftcheck.hcl.values import Unknown, Value

#: Stands where a sensitive value would stand. The plan JSON has the value itself
#: (and says elsewhere that it is sensitive); driftcheck never prints one.
SENSITIVE_MARKER = "(sensitive value)"


def raw_resources(instances: Iterable[ResourceInstance]) -> list[dict[str, Any]]:
    """One object per resource: ``address``, ``type``, ``name``, ``values`` and ``unknown``.

    ``values`` is what ``terraform show -json`` has under ``planned_values``: null for
    what is not set, blocks as lists, unknown attributes left out, unknown elements of
    lists null. ``unknown`` is its ``after_unknown``: true where something is unknown,
    and nothing, or false in lists, where it is known. Numbers are ``int`` or
    ``Decimal``. Where it is not known whether there is such an instance, or how many,
    ``existence`` says why; the plan JSON has nothing like it.
    """
    rows: list[dict[str, Any]] = []
    for instance in instances:
        row: dict[str, Any] = {
            "address": instance.address,
            "type": instance.type,
            "name": instance.name,
            "values": _known(instance.values),
            "unknown": _unknown(instance.values),
        }
        if instance.existence is not None:
            row["existence"] = instance.existence.reason
        rows.append(row)
    return rows


def _known(value: Value) -> Any:
    """The value without its unknown parts."""
    raw = value.raw
    if _is_hidden(value):
        return None
    if value.marks:
        return None if raw is None else SENSITIVE_MARKER
    if isinstance(raw, dict):
        return {name: _known(v) for name, v in raw.items() if not _is_hidden(v)}
    if isinstance(raw, list):
        return [_known(v) for v in raw]
    return to_plain(value)


def _is_hidden(value: Value) -> bool:
    """Whether there is nothing to show: it is unknown, or a number that is refused anyway."""
    raw = value.raw
    return isinstance(raw, Unknown) or (
        isinstance(raw, float | int | Fraction) and not isinstance(raw, bool) and not is_usable(raw)
    )


def _unknown(value: Value) -> Any:
    """``true`` at every unknown part, as compact as Terraform writes it."""
    raw = value.raw
    if _is_hidden(value):
        return True
    if isinstance(raw, dict):
        inner = {name: _unknown(v) for name, v in raw.items()}
        return {name: v for name, v in inner.items() if v is not False}
    if isinstance(raw, list):
        return [_unknown(v) for v in raw]
    return False
