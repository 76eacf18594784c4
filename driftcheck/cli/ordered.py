"""A command that remembers in which order options were given.

Terraform lets the later of ``-var`` and ``-var-file`` win, whichever it is; the
parser alone collects each option by itself.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from driftcheck.cli.direct import convert_directly

#: Where the order stands in the context's ``meta``.
_KEY = "driftcheck.order"


class OrderedCommand(TyperCommand):
    """A command whose context knows the options in the order of the command line."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, ``--help`` among them."""
        return convert_directly(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, and note the names of the parameters as they came."""
        given = list(args)
        rest = super().parse_args(ctx, args)
        _, _, order = self.make_parser(ctx).parse_args(args=given)
        ctx.meta[_KEY] = [parameter.name for parameter in order]
        return rest


def interleaved(ctx: Any, **options: list[str]) -> list[tuple[str, str]]:
    """The values of several repeatable options as (name, value) in the order they were given."""
    remaining = {name: iter(values) for name, values in options.items()}
    order = [name for name in ctx.meta.get(_KEY, ()) if name in options]
    pairs = [(name, next(remaining[name])) for name in order]
    # An option that was set in another way than on the command line is not in the order.
    return pairs + [(name, value) for name, rest in remaining.items() for value in rest]
