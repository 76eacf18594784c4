"""What a change of the code would do to the tables: the code before against the code after.

Pure: two lists of tables in, findings out. The tables are held together by their
Terraform address, as Terraform does; ``moved`` and ``removed`` blocks are understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Aspect, Comparison, Difference, Undecided
from driftcheck.compare.findings import Place, party_value, render, shown
from driftcheck.model.finding import Finding, Kind, Risk, Severity
from driftcheck.model.location import Location
from driftcheck.model.pointer import prefixes, split
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown, reveal

CREATED = "table-created"
DESTROYED = "table-destroyed"
FORGOTTEN = "table-forgotten"
REPLACED = "table-replaced"
MOVED_WITHOUT_BLOCK = "table-moved-without-block"
UNSTATED = "no-longer-stated"
UNCERTAIN = "change-not-evaluable"

_SEVERITY = {
    Risk.SAFE: Severity.INFO,
    Risk.DISRUPTIVE: Severity.MEDIUM,
    Risk.DESTRUCTIVE: Severity.HIGH,
    Risk.IMPOSSIBLE: Severity.CRITICAL,
}


def _where_it_was(table: Table) -> tuple[Location, ...]:
    return table.where("")


@dataclass(frozen=True, slots=True)
class Refactoring:
    """What ``moved`` and ``removed`` blocks say.

    ``moved`` gives the address that a resource of the code before has now;
    ``forgotten`` tells whether Terraform is told to let go of it without deleting it, and
    ``gone_at`` where a table is shown that the code now does not have.
    """

    moved: Callable[[str], str]
    forgotten: Callable[[str], bool]
    gone_at: Callable[[Table], tuple[Location, ...]] = _where_it_was


_REPLACES = "Terraform would replace the table, and its data is lost"
_WOULD_REPLACE = (
    "Only a table that replaces this one, whose data is lost then, can be so; Terraform does not "
    "notice, plans nothing, and leaves the table as it is"
)
#: What the findings about a table have in common.
Placing = Callable[[Table], Place]


def changes(
    before: Sequence[Table], after: Sequence[Table], refactoring: Refactoring, place: Placing
) -> list[Finding]:
    """What applying the code ``after`` does to the tables that the code ``before`` made."""
    old = {refactoring.moved(t.address or str(t.name)): t for t in before}
    new = {t.address or str(t.name): t for t in after}
    findings: list[Finding] = []
    gone = {a: t for a, t in old.items() if a not in new}
    made = {a: t for a, t in new.items() if a not in old}
    for table in made.values():
        twin = _twin(table, gone)
        if twin is None:
            findings.append(_created(table, place(table)))
        else:
            findings.append(_moved_without_block(gone.pop(twin), table, place(table)))
    for address, table in gone.items():
        forgotten = refactoring.forgotten(table.address or address)
        where = refactoring.gone_at(table)
        findings.append(_gone(table, place(table), where, forgotten=forgotten))
    for address, table in new.items():
        if address in old:
            findings += _differences(old[address], table, place(table))
    return findings


def _twin(table: Table, gone: dict[str, Table]) -> str | None:
    """The address of a vanished table with the same live name."""
    if isinstance(table.name, Unknown):
        return None
    return next((a for a, t in gone.items() if t.name == table.name), None)


def _differences(before: Table, after: Table, place: Place) -> Iterator[Finding]:
    replacing: list[Finding] = []
    unnoticed: list[Finding] = []
    found: dict[tuple[str, str], Finding] = {}
    if isinstance(before.name, str) and isinstance(after.name, str) and before.name != after.name:
        text = "a table cannot be renamed, so Terraform deletes it and makes another"
        renamed = Difference("/name", expected=after.name, actual=before.name)
        replacing.append(
            _finding(renamed, "/name", text, Risk.IMPOSSIBLE, after, place, ("name", "name"))
        )
    elif isinstance(after.name, Unknown) and isinstance(before.name, str):
        unsure = Undecided("/name", after.name.reason, after.name, before.name)
        found["name", "/name"] = _uncertain("name", unsure, after, place)
    for aspect in ASPECTS:
        for item in aspect.compare(Comparison(expected=after, actual=before, partial=False)):
            current, wanted = item.actual, item.expected
            if not isinstance(item, Difference):
                found[aspect.name, item.pointer] = _uncertain(aspect.title, item, after, place)
                continue
            if any(at in after.left_open for at in prefixes(item.pointer)):
                found[aspect.name, item.pointer] = _unstated(item, after, place, aspect)
                continue
            risk = aspect.risk(item.pointer, reveal(current), reveal(wanted))
            what = aspect.consequence(item.pointer, current, wanted)
            pointer = what.pointer if what is not None else item.pointer
            said = what.text if what is not None else None
            finding = _finding(item, pointer, said, risk, after, place, (aspect.name, aspect.title))
            if what is not None and what.replaces_table:
                (unnoticed if what.unnoticed else replacing).append(finding)
            else:
                found.setdefault((aspect.name, pointer), finding)
    if replacing:
        yield _replaced([*replacing, *unnoticed], after, _REPLACES)
        return  # what a new table looks like is no change of the old one
    if unnoticed:
        yield _replaced(unnoticed, after, _WOULD_REPLACE)
    yield from found.values()


def _replaced(reasons: list[Finding], after: Table, words: str) -> Finding:
    """One finding for a table that is replaced, for however many reasons."""
    first = reasons[0]
    names = ", ".join(" ".join(split(f.path)) for f in reasons)
    return replace(
        first,
        rule=REPLACED,
        severity=Severity.CRITICAL,
        risk=Risk.IMPOSSIBLE,
        path="",
        message=f"{words}: {first.message}" + (f" (changed: {names})" if len(reasons) > 1 else ""),
        help="Keep what cannot change. To move to another key or name, create a second table, "
        "copy the items, switch the clients over, and remove the old one.",
        locations=first.locations or after.where(""),
    )


def _finding(
    item: Difference,
    pointer: str,
    text: str | None,
    risk: Risk,
    after: Table,
    place: Place,
    aspect: tuple[str, str],
) -> Finding:
    """What becomes of one value; ``pointer`` is what that does something to."""
    name, title = aspect
    subject = " ".join([title, *split(item.pointer)[1:]])
    change = f"{render(item.actual)} becomes {render(item.expected)}"
    return _about(
        f"{name.replace('_', '-')}-change",
        _SEVERITY[risk],
        f"{subject}: {change}" + (f"; {text}" if text else ""),
        place,
        after.where(item.pointer),
        risk=risk,
        aspect=name,
        path=pointer,
        expected=shown(item.expected),
        actual=shown(item.actual),
        code_value=party_value(True, item.expected),
    )


def _unstated(item: Difference, after: Table, place: Place, aspect: Aspect) -> Finding:
    """What the code does not state any more, which the provider leaves as it is."""
    subject = " ".join([aspect.title, *split(item.pointer)[1:]])
    return _about(
        UNSTATED,
        Severity.INFO,
        f"{subject}: the code does not state it any more; Terraform leaves it as it is, which is "
        f"{render(item.actual)}",
        place,
        after.where(item.pointer),
        risk=Risk.SAFE,
        aspect=aspect.name,
        path=item.pointer,
        actual=shown(item.actual),
        help=f"driftcheck scan then expects {render(item.expected)}. State what is meant.",
    )


def _uncertain(title: str, item: Undecided, after: Table, place: Place) -> Finding:
    return replace(
        _about(
            UNCERTAIN,
            Severity.INFO,
            f"{title}: whether it changes cannot be told, because {item.reason}",
            place,
            after.where(item.pointer),
            path=item.pointer,
        ),
        kind=Kind.UNKNOWN,
        decides=False,
    )


def _created(table: Table, place: Place) -> Finding:
    return _about(
        CREATED,
        Severity.INFO,
        f"The table {_name(table)} would be created",
        place,
        table.where(""),
        risk=Risk.SAFE,
    )


def _gone(table: Table, place: Place, where: tuple[Location, ...], *, forgotten: bool) -> Finding:
    if forgotten:
        return _about(
            FORGOTTEN,
            Severity.LOW,
            f"Terraform would let go of the table {_name(table)}, which stays as it is",
            place,
            where,
            risk=Risk.SAFE,
            help="From then on nobody manages it: give it to another module, or keep a spec "
            "of its own for it.",
        )
    return _about(
        DESTROYED,
        Severity.CRITICAL,
        f"Terraform would delete the table {_name(table)} with all its data",
        place,
        where,
        risk=Risk.DESTRUCTIVE,
        help="If the table is to stay, keep its resource, add a moved block for its new "
        "address, or a removed block with destroy = false.",
    )


def _moved_without_block(before: Table, after: Table, place: Place) -> Finding:
    return _about(
        MOVED_WITHOUT_BLOCK,
        Severity.CRITICAL,
        f"The table {_name(after)} has a new address, so Terraform would delete it with all "
        f"its data and make it anew: {before.address} becomes {after.address}",
        place,
        after.where(""),
        risk=Risk.IMPOSSIBLE,
        help=f"Add: moved {{ from = {before.address}, to = {after.address} }}",
    )


def _about(
    rule: str,
    severity: Severity,
    message: str,
    place: Place,
    locations: tuple[Location, ...],
    **more: Json,
) -> Finding:
    return Finding(
        kind=Kind.CHANGE,
        rule=rule,
        severity=severity,
        message=message,
        **place.common(),
        locations=locations,
        **more,
    )


def _name(table: Table) -> str:
    return table.address or "" if isinstance(table.name, Unknown) else table.name
