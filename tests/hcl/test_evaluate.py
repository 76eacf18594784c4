"""The evaluator's own promises: bounds, reasons, locations, marks, lazy functions."""

from __future__ import annotations

import pytest

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.context import Budget, EvalContext
from driftcheck.hcl.evaluate import evaluate, safe_prefix
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Binary, Expression, Literal, Traversal
from driftcheck.hcl.types import DYNAMIC, NUMBER, STRING, ListType
from driftcheck.hcl.values import (
    EPHEMERAL,
    SENSITIVE_MARKS,
    Unknown,
    Value,
    list_value,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)
from tests.hcl.bounded import ends


class Variables:
    """A scope in which only ``var`` is declared."""

    def __init__(self, **values: Value) -> None:
        self.value = object_value(values)

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        if reference.root != "var" or reference.names[0] not in self.value.as_dict():
            raise HclError(f"{reference.text} is not declared.", reference.location)
        return self.value, 0


def value_of(text: str, budget: int | None = None, **variables: Value) -> Value:
    context = EvalContext(Variables(**variables))
    if budget is not None:
        context.budget = Budget(budget)
    return evaluate(parse_expression(Source("test.tf", text)), context)


LATER = unknown("decided later", STRING, not_null=True)
UNTYPED = unknown("decided by AWS")


@pytest.mark.parametrize(
    "text",
    [
        "var.later",
        "upper(var.later)",
        '"a${var.later}"',
        '[for x in [1] : x if var.later == "x"]',
        "{ (var.later) = 1 }",
        'var.later == "x" ? 1 : 2',
        "{ for x in [var.later] : x => 1 }",
        "[1, 2][var.later]",
        "[[var.later]][0][0]",
        '!(var.later == "x")',
        "max(1, var.later)",
        "var.later[*]",
        "var.untyped.a.b[0].c",
        "[for x in var.untyped : x]",
        "merge(var.untyped, {})",
        "try(var.untyped.a, 1)",
        '"%{ for x in [var.later] }${x}%{ endfor }"',
        '"%{ if var.later == "x" }x%{ endif }"',
    ],
)
def test_an_unknown_result_says_why(text: str) -> None:
    found = value_of(text, later=LATER, untyped=UNTYPED).first_unknown()
    assert found is not None
    assert found.reason in ("decided later", "decided by AWS")


def test_the_first_reason_wins() -> None:
    result = value_of("var.a + var.b", a=unknown("first", NUMBER), b=unknown("second", NUMBER))
    assert result.reason == "first"


def test_what_is_known_of_an_unknown_gives_answers() -> None:
    items = Value(ListType(STRING), Unknown("later", not_null=True, min_length=1))
    assert value_of("var.later != null", later=LATER).raw is True
    assert value_of('"arn:${var.later}" == "x"', later=LATER).raw is False
    assert value_of("var.items == tolist([])", items=items).raw is False
    assert value_of("length([var.later, 1])", later=LATER).raw == 2
    assert value_of("{ a = var.later, b = 5 }.b", later=LATER).raw == 5


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("arn:aws:", "arn:aws:"), ("abc", "ab"), ("a-é", "a-"), ("", ""), ("é", "")],
)
def test_a_prefix_ends_where_nothing_can_combine_with_it(text: str, prefix: str) -> None:
    assert safe_prefix(text) == prefix


def test_a_provider_function_is_unknown() -> None:
    assert "provider plugin" in value_of('provider::aws::arn_parse("x")').reason


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("1 + [2]", 5, "number is required"),
        ("{ a = 1 }.b", 1, 'does not have an attribute named "b"'),
        ("[1, 2][5]", 8, "there are 2 elements"),
        ("true ? null.a : 1", 8, "null"),
        ("[for x in [1, 2] : x.y]", 20, "number does not have attributes"),
        ('"a ${null} b"', 6, "null value cannot be included"),
        ("upper([])", 7, "string is required"),
        ("uppr(1)", 1, 'Did you mean "upper"'),
        ("var.nope", 1, "not declared"),
        ("{ for x in [1, 1] : x => x }", 21, "Two different items"),
        ("[1]\n.x", 5, "Invalid"),
    ],
)
def test_errors_have_a_place(text: str, column: int, message: str) -> None:
    with pytest.raises(HclError) as caught:
        value_of(text)
    assert caught.value.location is not None
    if "\n" not in text:
        assert (caught.value.location.line, caught.value.location.column) == (1, column)
        assert message in str(caught.value)


def test_the_first_of_several_errors_is_reported() -> None:
    with pytest.raises(HclError, match=r"test\.tf:1:2: "):
        value_of("[null.a, {}.b]")


@pytest.mark.parametrize(
    "text",
    ["try(var.nope, 1)", "can(var.nope)", "true ? 1 : var.nope", "try(try(var.nope, 1), 2)"],
)
def test_undeclared_references_are_errors_everywhere(text: str) -> None:
    with pytest.raises(HclError, match="not declared"):
        value_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]",
        "flatten([for a in range(1000) : [for b in range(1000) : range(1000)]])",
        '"%{ for a in range(1000) }%{ for b in range(1000) }xxxxxxxxxxx%{ endfor }%{ endfor }"',
        "[for a in range(1000) : [for b in range(1000) : range(900) == range(900)]]",
        "setproduct(range(1000), range(1000), range(1000))",
    ],
)
def test_work_is_bounded(text: str) -> None:
    with ends(), pytest.raises(HclLimitError):
        value_of(text, budget=300_000)


def test_try_does_not_catch_a_bound() -> None:
    with pytest.raises(HclLimitError):
        value_of("try([for a in range(1000) : range(1000)], 1)", budget=100_000)


@pytest.mark.parametrize(
    "text", ['tonumber("1e99999")', "1e19999 * 1e19999", "1e20000 * 1e20000 * 2"]
)
def test_try_does_not_catch_a_number_beyond_our_bounds(text: str) -> None:
    with pytest.raises(HclLimitError, match=r"test\.tf:1:\d+: .*too large"):
        value_of(f"try({text}, 0)")


def test_doubling_is_bounded() -> None:
    def double(times: int) -> Value:
        value: Value = tuple_value([number(1)])
        for _ in range(times):
            value = value_of("[var.x, var.x]", x=value)
        return value

    assert double(10).summary.weight == 3071
    with pytest.raises(HclLimitError):
        double(100)


def test_depth_is_bounded() -> None:
    def nest(times: int) -> Value:
        value: Value = number(1)
        for _ in range(times):
            value = value_of("[var.x]", x=value)
        return value

    assert nest(100).summary.depth == 100
    with pytest.raises(HclLimitError, match="levels deep"):
        nest(1000)


def test_deep_syntax_is_refused_not_crashed_on() -> None:
    with pytest.raises(HclLimitError):
        value_of("[" * 5000 + "]" * 5000)
    with pytest.raises(HclLimitError):
        value_of("-" * 50_000 + "1")


def test_a_chain_of_operators_may_be_long() -> None:
    one = Source("test.tf", "1")
    literal = Literal(one, 0, 1, 1)
    chain: Expression = literal
    for _ in range(20_000):
        chain = Binary(one, 0, 1, "+", chain, literal)
    assert evaluate(chain, EvalContext()).raw == 20_001
    with pytest.raises(HclError, match=r"test\.tf:1:13: .*number is required"):
        value_of("1 + 1 + 1 + [] + 1")


def test_functions_can_be_forbidden() -> None:
    tree = parse_expression(Source("test.tf", '[upper("a")]'))
    with pytest.raises(HclError, match="Functions may not be called"):
        evaluate(tree, EvalContext(allow_functions=False))


def test_names_given_to_the_evaluation_come_first() -> None:
    tree = parse_expression(Source("test.tf", "var.x + local"))
    names = {"var": object_value({"x": number(1)}), "local": number(2)}
    assert evaluate(tree, EvalContext(), names).raw == 3


def test_marks_go_where_the_values_go() -> None:
    secret = string("s").with_marks(SENSITIVE_MARKS)
    temporary = string("t").with_marks(frozenset({EPHEMERAL}))
    both = value_of('"${var.a}${var.b}"', a=secret, b=temporary)
    assert both.marks == {EPHEMERAL, *SENSITIVE_MARKS}
    assert value_of("[var.a, 1][1]", a=secret).marks == frozenset()
    assert value_of("[for x in [var.a] : x]", a=secret).all_marks() == SENSITIVE_MARKS
    assert value_of("{ (var.a) = 1 }", a=secret).marks == SENSITIVE_MARKS


def test_a_sensitive_key_is_not_in_the_message() -> None:
    secret = string("hunter2").with_marks(SENSITIVE_MARKS)
    with pytest.raises(HclError) as caught:
        value_of("{ for x in [var.a, var.a] : x => 1 }", a=secret)
    assert "hunter2" not in str(caught.value)


def test_the_element_type_of_an_empty_splat_is_found() -> None:
    empty = list_value(object_value({"a": number(1)}).type, [])
    assert value_of("var.x[*].a", x=empty).type == ListType(NUMBER)


def test_a_null_splat_is_empty() -> None:
    assert value_of("null[*]").raw == []
    assert value_of("null[*]").type != DYNAMIC
