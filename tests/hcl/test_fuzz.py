"""Whatever an expression says, the answer is a value or a message: no crash, no hang."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftcheck.hcl.console import evaluate_line
from driftcheck.hcl.context import DEFAULT_BUDGET, Budget, EvalContext
from driftcheck.hcl.files import RepositoryFiles
from driftcheck.hcl.functions import FAMILY_OF
from tests.hcl.bounded import ends
from tests.hcl.random_expressions import random_expressions
from tests.hcl.terraform_oracle import FILES, OracleScope

KINDS = {
    frozenset(keys) for keys in (["value", "type"], ["unknown"], ["sensitive", "type"], ["error"])
}
PIECES = [
    *"()[]{}.,:?!=<>+-*/%&|\"'$~#@\\\n 0179aexé\u0301😀\x00\ufeff",
    *("${", "%{", "%{ if true }", "%{ else }", "%{ endif }", "%{ for x in ", "%{ endfor }", "~}"),
    *("<<EOT\n", "\nEOT\n", "<<-A\n", "$${", "%%{", "...", "=>", "[*]", ".*", "for x in ", " if "),
    *("null", "true", "1e9", "1e99999", "terraform_data.u.id", "each.key", "path.module", "\\u00"),
    *(f"{name}(" for name in sorted(FAMILY_OF)),
]


def ask(expression: str) -> dict[str, object]:
    context = EvalContext(OracleScope(), RepositoryFiles(FILES, FILES), Budget(300_000))
    answer: dict[str, object] = json.loads(evaluate_line(json.dumps(expression), context))
    assert frozenset(answer) in KINDS
    return answer


@settings(deadline=60_000, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_syntax_in_any_order(expression: str) -> None:
    ask(expression)


@settings(deadline=60_000, max_examples=300)
@given(st.text(max_size=30))
def test_any_text(expression: str) -> None:
    ask(expression)


def mutated(expression: str, source: random.Random) -> str:
    for _ in range(source.randrange(1, 4)):
        at = source.randrange(len(expression) + 1)
        end = at + source.choice([0, 0, 1, 1, 2, 8])
        expression = expression[:at] + source.choice(["", source.choice(PIECES)]) + expression[end:]
    return expression


def test_damaged_expressions() -> None:
    source = random.Random(20261122)
    for expression in random_expressions(20261122, 400):
        ask(mutated(expression, source))


@pytest.mark.parametrize(
    "expression",
    [
        "[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : a + b + c]]]",
        "setproduct(range(1024), range(1024), range(1024))",
        'join("", [for a in range(1024) : join("", [for b in range(1024) : "xxxxxxxxxxxxxxxx"])])',
        'replace(format("%1000s", ""), " ", format("%1000s", ""))',
        'format("%999999999s", "x")',
        'regexall("(a*)*b", format("%5000s", ""))',
        'jsondecode(join("", [for x in range(1024) : "[[[["]))',
        "merge([for a in range(1024) : { for b in range(1024) : b => a }]...)",
        "chunklist(range(1024), 0)",
        "pow(9999, 9999) * pow(9999, 9999)",
        "1e20000 % 7",
        "tostring(1e19999) == tostring(1e19998)",
        'cidrsubnets("10.0.0.0/8", range(1024)...)',
        'formatlist("%s%s", range(1024), "x")',
        'yamldecode("a: &a [x,x]\\nb: &b [*a,*a,*a,*a,*a]\\nc: [*b,*b,*b,*b,*b]")',
    ],
)
def test_much_work_ends(expression: str) -> None:
    # A tenth of the budget that a module has, so a tenth of the time.
    budget = Budget(DEFAULT_BUDGET // 10)
    context = EvalContext(OracleScope(), RepositoryFiles(FILES, FILES), budget)
    with ends():
        evaluate_line(json.dumps(expression), context)
