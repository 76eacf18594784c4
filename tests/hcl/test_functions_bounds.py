"""Functions on hostile arguments: a clear refusal, soon, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.context import Budget, EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.source import Source
from driftcheck.hcl.values import Value
from tests.hcl.bounded import ends

LONG = 'join("", [for i in range(1000) : "{}"])'.format("x" * 100)
LAUGHS = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\\n" for i in range(1, 14))


def evaluated(text: str, budget: int | None = None) -> Value:
    context = EvalContext()
    if budget is not None:
        context.budget = Budget(budget)
    return evaluate(parse_expression(Source("test.tf", text)), context)


REFUSED = [
    "setproduct(range(1000), range(1000), range(1000))",
    "setproduct([for i in range(40) : [0, 1]]...)",
    'join(",", [for i in range(1000) : format("%999999s", "a")])',
    'format("%1000001d", 1)',
    'format("%s%1000000000000000000000s", "a", "b")',
    'format("%.1000001f", 1)',
    f'replace({LONG}, "x", {LONG})',
    f'replace({LONG}, "", {LONG})',
    f'indent(1000000, replace({LONG}, "x", "\\n"))',
    'indent(1000000000, "\\n")',
    'indent(9007199254740993, "no line feed")',
    'regex("((\\\\pL{100}){10}){2}", "a")',
    f'regex("(\\\\pL{{1000}})", {LONG})',
    'jsondecode("' + "[" * 10_000 + '")',
    'jsondecode("' + '{\\"a\\":' * 10_000 + '")',
    'yamldecode("' + "[" * 10_000 + '")',
    'yamldecode("' + "- " * 400 + '")',
    f'yamldecode("a0: &a0 [x]\\n{LAUGHS}")',
    'jsondecode("1e999999999")',
    'yamldecode("1e999999999")',
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:50])
def test_refused(text: str) -> None:
    with ends(), pytest.raises(HclError):
        evaluated(text)


@pytest.mark.parametrize(
    "text",
    [
        f'yamldecode("a0: &a0 [x]\\n{LAUGHS}")',
        f'replace({LONG}, "/x/", {LONG})',
        "setproduct(range(1000), range(1000), range(1000))",
        'jsondecode("' + "[" * 10_000 + '")',
        'format("%1000001d", 1)',
    ],
    ids=lambda text: text[:50],
)
def test_a_bound_is_not_an_error_to_be_caught(text: str) -> None:
    with pytest.raises(HclLimitError):
        evaluated(f"try({text}, 1)")


@pytest.mark.parametrize(
    "text",
    [
        'upper("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        'join(",", ["aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"])',
        'split("", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        'format("%500s", "")',
        "range(50)",
        "setproduct([1, 2, 3], [1, 2, 3])",
        'sha256("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        'regexall("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        "jsonencode([1, 2, 3, 4, 5, 6, 7, 8])",
        'yamldecode("[1, 2, 3, 4, 5, 6, 7, 8]")',
        'csvdecode("a\\n1\\n2\\n3\\n4\\n5\\n6\\n7")',
        'cidrsubnets("10.0.0.0/8", 8, 8, 8, 8, 8)',
        'base64encode("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        "try(1, 2)",
    ],
)
def test_every_function_draws_on_the_budget(text: str) -> None:
    context = EvalContext(budget=Budget(1_000_000))
    evaluate(parse_expression(Source("test.tf", text)), context)
    used = 1_000_000 - context.budget.remaining
    assert used >= 20
    with pytest.raises(HclLimitError) as caught:
        evaluated(text, budget=used - 1)
    assert caught.value.location is not None


def test_patterns_that_explode_elsewhere_are_harmless() -> None:
    many = "a" * 100
    with ends():
        assert evaluated(f'regexall("(x+x+)+y", {LONG})').as_list() == []
        assert evaluated(f'regex("{"a?" * 100}{many}", "{many}")').raw == many


def test_nesting_that_people_write_is_accepted() -> None:
    nested = "[" * 90 + "]" * 90
    assert evaluated(f'jsonencode(jsondecode("{nested}"))').raw == nested
    assert evaluated(f'jsonencode(yamldecode("{nested}"))').raw == nested


RSA = json.loads((Path(__file__).parent / "data" / "rsa.json").read_text())


def rsadecrypt(key: str, ciphertext: str = RSA["ciphertext"]) -> Value:
    return evaluated(f"rsadecrypt({json.dumps(ciphertext)}, {json.dumps(key)})")


@pytest.mark.parametrize("form", ["pkcs1", "pkcs8"])
def test_rsadecrypt(form: str) -> None:
    key = RSA["keys"][form]
    assert rsadecrypt(key).raw == RSA["message"]
    assert rsadecrypt(f"some text\n{key}").raw == RSA["message"]
    assert rsadecrypt(key.replace("\n", "\r\n")).raw == RSA["message"]
    with pytest.raises(HclError, match="decryption error"):
        rsadecrypt(key, "AAAA")
    with pytest.raises(HclError, match="base64"):
        rsadecrypt(key, "!")


def test_rsadecrypt_does_not_guess() -> None:
    assert "OpenSSH" in rsadecrypt(RSA["keys"]["openssh"]).reason
    assert "characters" in rsadecrypt(RSA["keys"]["pkcs1"] + "x" * 40_000).reason


@pytest.mark.parametrize(
    "key",
    [
        "",
        "no key",
        RSA["keys"]["ec"],
        RSA["keys"]["pkcs1"][:-20],
        RSA["keys"]["pkcs1"].replace("M", "N", 1),
        RSA["keys"]["pkcs1"].replace("RSA PRIVATE", "PRIVATE"),
        RSA["keys"]["pkcs8"].replace("PRIVATE", "RSA PRIVATE"),
        RSA["keys"]["pkcs1"].replace("\n", "\n  "),
        "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nMIL/////AA==\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\n\n-----END RSA PRIVATE KEY-----\n",
        RSA["keys"]["pkcs1"].replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
    ],
)
def test_rsadecrypt_refuses_what_is_no_key(key: str) -> None:
    with pytest.raises(HclError, match="invalid private key"):
        rsadecrypt(key)
