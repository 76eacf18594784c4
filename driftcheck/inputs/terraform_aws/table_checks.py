"""What the AWS provider refuses in the arguments of a table taken together.

Seen in plans of provider 5.100. Some of it also depends on the table that is there
already: an argument that is not set then keeps the value that it has.
"""

from __future__ import annotations

from collections.abc import Iterator

from driftcheck.hcl.module.configured import ConfiguredBlock, Problem

_CAPACITIES = ("read_capacity", "write_capacity")


def table_problems(table: ConfiguredBlock, ignored: frozenset[str]) -> Iterator[Problem]:
    """What is wrong with an ``aws_dynamodb_table`` as a whole."""
    yield from _stream(table)
    yield from _key_attributes(table)
    sources = ("restore_source_name", "restore_source_table_arn")
    if not any(table.text(name) or table.is_unknown(name) for name in sources):
        yield from _capacity(table, ignored)
    yield from _expiry(table)


def _stream(table: ConfiguredBlock) -> Iterator[Problem]:
    if table.value("stream_enabled").raw is not True or table.is_unknown("stream_view_type"):
        return
    if not table.text("stream_view_type"):
        yield Problem(
            "stream_view_type is required when stream_enabled = true.",
            "Set it to NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES or KEYS_ONLY.",
            table.place("stream_enabled"),
            certain=False,
        )


def _key_attributes(table: ConfiguredBlock) -> Iterator[Problem]:
    """Attributes that are no key of anything, and keys that are no attribute."""
    attributes = table.blocks("attribute")
    indexes = table.blocks("global_secondary_index"), table.blocks("local_secondary_index")
    owners = [table, *(indexes[0] or ()), *(indexes[1] or ())]
    if attributes is None or None in indexes:
        return
    if any(owner.blocks("key_schema") for owner in owners):
        return  # version 6 of the provider has more ways to say what is a key
    hidden = any(o.is_unknown(key) for o in owners for key in ("hash_key", "range_key"))
    keys = {
        name: owner.place(key)
        for owner in owners
        for key in ("hash_key", "range_key")
        if (name := owner.text(key))
    }
    names = [one.text("name") for one in attributes]
    for one, name in zip(attributes, names, strict=True):
        if name is not None and name not in keys and not hidden:
            yield Problem(
                f'All attributes must be indexed: "{name}" is not.',
                "Only attributes that are a key of the table or of an index are declared.",
                one.place("name"),
                certain=table.is_set("hash_key"),
            )
    for key, place in keys.items() if None not in names else ():
        if key not in names:
            yield Problem(
                f'All indexes must match a defined attribute: "{key}" is none.',
                f'Add attribute {{ name = "{key}" ... }} with its type.',
                place,
                certain=bool(attributes),
            )


def _capacity(table: ConfiguredBlock, ignored: frozenset[str]) -> Iterator[Problem]:
    if table.is_unknown("billing_mode"):
        return
    mode = table.text("billing_mode") or "PROVISIONED"
    for name in _CAPACITIES:
        given = table.value(name).raw
        if given is not None and not isinstance(given, int):
            continue
        if mode == "PROVISIONED" and (given or 0) < 1:
            summary = f'{name} must be at least 1 when billing_mode is "PROVISIONED".'
            detail = "Set it, or set billing_mode to PAY_PER_REQUEST."
        elif mode == "PAY_PER_REQUEST" and given:
            summary = f'{name} can not be set when billing_mode is "PAY_PER_REQUEST".'
            detail = "Leave it out, or set billing_mode to PROVISIONED."
        else:
            continue
        if name not in ignored:
            yield Problem(summary, detail, table.place(name), certain=False)


def _expiry(table: ConfiguredBlock) -> Iterator[Problem]:
    blocks = table.blocks("ttl") or ()
    for ttl in blocks if len(blocks) == 1 else ():
        name, enabled = ttl.value("attribute_name"), ttl.value("enabled").raw
        if name.is_unknown or enabled is not True:
            continue
        if not name.raw:
            yield Problem(
                "ttl needs an attribute_name when it is enabled.",
                "Name the attribute that holds the time of expiry.",
                ttl.place("attribute_name"),
            )
