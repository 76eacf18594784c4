"""What the provider changes in a plan besides filling in defaults, type by type.

Read off plans of provider 5.100: arguments that it ignores in some combination, and
``tags_all``. Some of these only say how Terraform presents a resource that has not
been made yet (a table class that is spelt out but is the default is planned as not
set); they apply to an exact plan only, because they hide what the code says.
"""

from __future__ import annotations

from collections.abc import Callable

from driftcheck.hcl.module.schema import ProviderUse
from driftcheck.hcl.types import STRING, MapType
from driftcheck.hcl.values import Unknown, Value, list_value, map_value, null, object_value, unknown

Adjustment = Callable[[dict[str, Value], str], None]

_TAGS = MapType(STRING)


def set_tags_all(
    values: dict[str, Value], provider: ProviderUse, address: str, *, exact: bool
) -> None:
    """``tags_all``: the provider's ``default_tags`` under the resource's own tags.

    What the provider's ``ignore_tags`` name is left out. In a plan (``exact``), the
    provider leaves it open until apply where there are no tags at all, where one of the
    resource's own is empty, and where one is not known; what it will be is clear all
    the same in the first two cases. An empty default tag alone is open where the
    resource has tags of its own.
    """
    if "tags_all" not in values or "tags" not in values:
        return
    own = values["tags"].raw
    merged, marks, hidden = merged_tags(values["tags"], provider, exact=exact)
    open_ = f"{address}.tags_all is decided by AWS"
    if hidden is None and exact:
        empty = [name for name, value in merged.items() if value.raw == ""]
        settled = isinstance(own, dict) and own and not any(v.raw == "" for v in own.values())
        if not merged or (empty and not settled):
            values["tags_all"] = unknown(open_, _TAGS)
            return
        merged.update((name, unknown(open_, STRING)) for name in empty)
    if hidden is None:
        values["tags_all"] = map_value(STRING, merged).with_marks(marks)
    else:
        values["tags_all"] = unknown(hidden.reason, _TAGS)


def merged_tags(
    tags: Value, provider: ProviderUse, *, exact: bool
) -> tuple[dict[str, Value], frozenset[str], Unknown | None]:
    """All tags but the ignored, their marks, and why they are not known (None where they are).

    A single unknown value makes all of them unknown only in an ``exact`` plan.
    """
    defaults = default_tags(provider)
    merged: dict[str, Value] = {}
    marks = defaults.marks | tags.marks
    for source in (defaults, tags):
        if isinstance(source.raw, Unknown):
            return {}, marks, source.raw
        if isinstance(source.raw, dict):
            for name, value in source.raw.items():
                if exact and isinstance(value.raw, Unknown):
                    return {}, marks, value.raw
                if not value.is_null:
                    merged[name] = value
    keys, prefixes = _ignored(provider, "keys"), _ignored(provider, "key_prefixes")
    kept = {n: v for n, v in merged.items() if n not in keys and not n.startswith(prefixes)}
    return kept, marks, None


def _ignored(provider: ProviderUse, name: str) -> tuple[str, ...]:
    """What the provider's ``ignore_tags`` block lists: ``keys`` or ``key_prefixes``."""
    blocks = provider.get("ignore_tags")
    if blocks is None or not isinstance(blocks.raw, list) or not blocks.raw:
        return ()
    listed = blocks.raw[0].as_dict()[name].raw
    return (
        tuple(v.raw for v in listed if isinstance(v.raw, str)) if isinstance(listed, list) else ()
    )


def default_tags(provider: ProviderUse) -> Value:
    """The ``tags`` of the provider's ``default_tags`` block; null where there is none."""
    blocks = provider.get("default_tags")
    if blocks is None:
        return null(_TAGS)
    if isinstance(blocks.raw, Unknown):
        return unknown(blocks.raw.reason, _TAGS)
    if isinstance(blocks.raw, list) and blocks.raw and isinstance(blocks.raw[0].raw, dict):
        return blocks.raw[0].raw.get("tags", null(_TAGS))
    return null(_TAGS)


def _only_block(values: dict[str, Value], name: str) -> dict[str, Value] | None:
    """The content of a block that stands at most once."""
    raw = values[name].raw
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0].raw, dict):
        return dict(raw[0].raw)
    return None


def _put_block(values: dict[str, Value], name: str, content: dict[str, Value]) -> None:
    made = object_value(content)
    values[name] = list_value(made.type, [made]).with_marks(values[name].marks)


def _table(values: dict[str, Value], address: str) -> None:
    """Arguments of ``aws_dynamodb_table`` that have no effect until something else is on."""
    if values["table_class"].raw == "STANDARD":
        values["table_class"] = null(STRING)
    recovery = _only_block(values, "point_in_time_recovery")
    if recovery is not None and recovery["enabled"].raw is not True:
        days = recovery["recovery_period_in_days"]
        reason = f"{address}.point_in_time_recovery is off, so its period is not used"
        if not days.is_unknown:
            recovery["recovery_period_in_days"] = unknown(reason, days.type)
            _put_block(values, "point_in_time_recovery", recovery)
    expiry = _only_block(values, "ttl")
    if expiry is not None and expiry["enabled"].raw is not True:
        name = expiry["attribute_name"]
        if not name.is_null and name.raw != "":
            expiry["attribute_name"] = null(STRING)
            _put_block(values, "ttl", expiry)


#: Only for an exact plan; see the module's description.
EXACT_PLAN: dict[str, Adjustment] = {"aws_dynamodb_table": _table}
