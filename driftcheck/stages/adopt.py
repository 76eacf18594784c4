"""``driftcheck adopt``: a spec that says of live tables what they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from driftcheck.errors import AwsError, UsageError
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Json, Unknown, all_unknowns
from driftcheck.remediation.plan.document import encoded
from driftcheck.remediation.plan.undo import NOT_OURS, contract_of
from driftcheck.spec.model import Target, is_pattern
from driftcheck.spec.written import target_document
from driftcheck.stages.connection import Connection
from driftcheck.stages.settled import read_settled

HEAD = """\
# What these tables are now, as a contract. Take out what may be otherwise; name the Terraform
# module that they come from under "module", and the policies that they shall meet under "packs".
"""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The tables that were read, as a spec, and what AWS did not tell about them."""

    tables: tuple[str, ...]
    document: dict[str, Json]
    not_read: tuple[str, ...]
    complete: bool

    def text(self) -> str:
        """The spec as YAML."""
        import yaml

        body = yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True, width=100)
        return HEAD + "".join(f"# Not read: {_comment(r)}\n" for r in self.not_read) + body


def _comment(text: str) -> str:
    """What AWS said, fit for a comment of YAML."""
    return "".join(c if c.isprintable() else "?" for c in text)


def adopt(
    stated: Sequence[str],
    target: Target,
    connection: Connection,
    *,
    name: str | None,
    settle_timeout: float,
    poll_interval: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    note: Callable[[str], None],
) -> Adopted:
    """Read the tables that are named, or that match a pattern, and state what they are.

    ``note`` is told of each table before it is read. What AWS refuses to tell is left
    out and named; then the result is not ``complete``, unless the endpoint does not
    offer it at all. Raises ``UsageError`` for a table that is not there and a pattern
    that matches none, ``AwsError`` where a table cannot be read.
    """
    names = list(dict.fromkeys(_names(stated, connection)))
    contracts: list[dict[str, Json]] = []
    not_read: list[str] = []
    complete = True
    for table in names:
        note(f"reading {table}")
        found = read_settled(
            connection,
            table,
            timeout=settle_timeout,
            poll_interval=poll_interval,
            sleep=sleep,
            clock=clock,
        )
        if found is None:
            raise UsageError(_missing(table, connection))
        live = found[1]
        keys = live.get("/hash_key")
        if isinstance(keys, Unknown):
            raise AwsError(f"{table} cannot be read: {keys.reason}")
        contracts.append(_contract(live))
        for unknown in _unknowns(live):
            not_read.append(f"{table}: {unknown.reason}")
            complete = complete and unknown.cause is Cause.UNSUPPORTED
    return Adopted(
        tuple(names),
        _document(names, contracts, name, target, connection),
        tuple(not_read),
        complete,
    )


def _names(stated: Sequence[str], connection: Connection) -> Iterator[str]:
    for text in stated:
        if not is_pattern(text):
            yield text
            continue
        matching = [n for n in connection.table_names() if fnmatchcase(n, text)]
        if not matching:
            raise UsageError(
                f'no table in {connection.account}/{connection.region} matches "{text}".'
            )
        yield from matching


def _missing(table: str, connection: Connection) -> str:
    message = f'there is no table "{table}" in {connection.account}/{connection.region}.'
    near = get_close_matches(table, connection.table_names(), 1)
    return f'{message} Did you mean "{near[0]}"?' if near else message


def _contract(live: Table) -> dict[str, Json]:
    """What the table is, without a word on what it does not have in any form."""
    stated = encoded(contract_of(live))
    assert isinstance(stated, dict)
    return {field: value for field, value in stated.items() if value != {}}


def _unknowns(live: Table) -> Iterator[Unknown]:
    """What the contract would state if it were known, each reason once."""
    ours = [value for field, value in live.document().items() if field not in NOT_OURS]
    yield from {unknown.reason: unknown for unknown in all_unknowns(ours)}.values()


def _document(
    names: Sequence[str],
    contracts: Sequence[dict[str, Json]],
    name: str | None,
    target: Target,
    connection: Connection,
) -> dict[str, Json]:
    document: dict[str, Json] = {
        "version": 1,
        "name": name or (names[0] if len(names) == 1 else "adopted"),
        "table": list(names),
        "targets": [target_document(target, connection.account, connection.region)],
        "policies": {"packs": []},
    }
    if len(names) == 1:
        document["contract"] = contracts[0]
    else:
        document["tables"] = [
            {"match": {"name": table}, "contract": contract}
            for table, contract in zip(names, contracts, strict=True)
        ]
    return document
