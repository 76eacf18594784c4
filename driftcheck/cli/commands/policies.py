"""``driftcheck policies``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.policies.model import Policy


class Action(StrEnum):
    """What to do with the policies."""

    LIST = "list"
    SHOW = "show"
    TEST = "test"


ActionArgument = Annotated[Action, typer.Argument(help="What to do.", show_default=False)]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Policies; all of them by default.", show_default=False),
]


def command(
    action: ActionArgument,
    names: Names = None,
    policies: options.Policies = None,
) -> None:
    """List the policies, show one, or run the examples that they carry as their tests.

    test exits with 1 where an example does not come out as it says.
    """
    from driftcheck.cli import session
    from driftcheck.policies.load import load_policies
    from driftcheck.reports.printable import printable_lines

    known = load_policies(session.policy_directories(policies))
    chosen = _chosen(known, names or [])
    match action:
        case Action.LIST:
            width = max((len(p.id) for p in chosen), default=0)
            for policy in chosen:
                packs = ", ".join(policy.packs)
                line = f"{policy.id:<{width}}  {policy.severity:<8}  {policy.title} ({packs})"
                typer.echo(printable_lines(line))
        case Action.SHOW:
            typer.echo(printable_lines("\n\n".join(_page(p) for p in chosen)))
        case Action.TEST:
            _test(chosen)


def _chosen(known: Sequence[Policy], names: Sequence[str]) -> list[Policy]:
    from driftcheck.documents.validate import suggestion
    from driftcheck.errors import UsageError

    by_id = {p.id: p for p in known}
    for name in names:
        if name not in by_id:
            raise UsageError(f'there is no policy "{name}". {suggestion(name, by_id)}')
    return [by_id[n] for n in names] if names else list(known)


def _page(policy: Policy) -> str:
    def paragraph(text: str) -> str:
        return textwrap.fill(" ".join(text.split()), 78)

    lines = [
        f"{policy.id}: {policy.title}",
        f"severity {policy.severity}; packs {', '.join(policy.packs) or 'none'}",
        "",
        paragraph(policy.rationale),
        "",
        paragraph(policy.remediation),
    ]
    if policy.hcl:
        lines += ["", textwrap.indent(policy.hcl.rstrip(), "    ")]
    for name, parameter in policy.parameters.items():
        lines += ["", f"parameter {name} (default {parameter.default}): {parameter.description}"]
    for catalogue, ids in policy.references.items():
        lines += ["", f"{catalogue.replace('_', ' ')}: {', '.join(ids)}"]
    return "\n".join(lines)


def _test(policies: Sequence[Policy]) -> None:
    from driftcheck.policies.examples import run_examples
    from driftcheck.reports.printable import printable_lines

    outcomes = [o for p in policies for o in run_examples(p, {})]
    failed = [o for o in outcomes if not o.passed]
    for outcome in failed:
        example = outcome.example
        line = (
            f'{outcome.policy.location}: {outcome.policy.id}: the example "{example.name}" '
            f"should {example.expect}{_at(example.at)}, but came out as {outcome.got}"
            f"{_at(outcome.at)}"
        )
        typer.echo(printable_lines(line))
    typer.echo(f"{len(policies)} policies, {len(outcomes)} examples, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


def _at(pointers: Sequence[str]) -> str:
    return f" at {', '.join(pointers)}" if pointers else ""
