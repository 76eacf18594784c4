"""Hostile expressions: bounded, confined, silent about secrets."""

from __future__ import annotations

import json

import pytest

from driftcheck.hcl.functions import registry
from tests.security.conftest import CANARY, Attack, fifo, link

LONG = 'join("", [for i in range(1000) : "{}"])'.format("x" * 100)

#: Each ends with an error (or is unknown), and the next one is evaluated.
REFUSED = [
    "range(1e9)",
    "range(0, 1, 1e-30)",
    "[for i in range(1000) : setproduct(range(1000), range(1000))]",
    "setproduct(range(1000), range(1000), range(1000))",
    f'replace({LONG}, "x", {LONG})',
    'format("%999999999d", 1)',
    "1e999999999",
    "1e99999 * 1e99999",
    "9" * 100_000,
    f'parseint("{"9" * 1_000_000}", 10)',
    "pow(10, 1e9)",
    f'tonumber("{"9" * 1_000_000}")',
    'tonumber("1e999999999")',
    f'jsondecode("{"[" * 100_000}")',
    f'yamldecode("{"{a: " * 10_000}")',
    'yamldecode("a: &a [*a]")',
    'yamldecode("!!python/object/apply:os.system [touch pwned]")',
    f'yamldecode("0x{"f" * 100_000}")',
    'regex("((a{1000}){1000}){1000}", "a")',
    f'regex("{"(" * 10_000}", "a")',
    'regex("(?=a)", "a")',
    'textdecodebase64("eA==", "zlib")',
    'textencodebase64("x", "unicode_escape")',
    "(" * 10_000 + "1" + ")" * 10_000,
    "[" * 10_000 + "]" * 10_000,
    "{a=" * 5000 + "1" + "}" * 5000,
    "-" * 10_000 + "1",
    "1" + "+1" * 10_000,
    "true?" * 5000 + "1" + ":1" * 5000,
    "[1]" + "[0]" * 10_000,
    '"${' * 200 + "1" + '}"' * 200,
    "\x00",
    "\x1b",
    '"\\ud800"',
    'file("/etc/passwd")',
    'file("../outside/secret.tf")',
    'file("a/../../outside/secret.tf")',
    'file("link")',
    'file("linked/secret.tf")',
    'filesha256("link")',
    'fileexists("link")',
    'fileset("linked", "*")',
    'fileset(".", "linked/*")',
    'fileset("..", "**")',
    'fileset("/", "*")',
    f'fileset(".", "{"{" * 1000}")',
    'file("fifo")',
    'file("/dev/zero")',
    'file("loop")',
    'file("\\u0000")',
    f'file("{"a" * 5000}")',
    'file("latin.txt")',
    'file("big.txt")',
    'file("~/x")',
    'pathexpand("~root/x")',
    'templatefile("out.tpl", {})',
    'templatefile("self.tpl", {})',
    'try(file("link"), "caught")',
    'try(range(1e9)[0] == jsondecode(file("../outside/secret.tf")), 1)',
]

MODULE = f"""
variable "s" {{
  type      = string
  sensitive = true
  default   = "{CANARY}"
}}
variable "l" {{
  type      = list(string)
  sensitive = true
  default   = ["{CANARY}"]
}}
variable "o" {{
  type      = map(string)
  sensitive = true
  default   = {{ {CANARY} = "{CANARY}" }}
}}
"""
#: Arguments that make most functions fail, each with a sensitive value in it.
ARGUMENTS = [
    *("var.s", "var.l", "var.o", "var.s, var.s", "1, var.s", "var.s, 1", "var.s, {}", "[var.s]"),
    *("var.l...", "var.s, var.s, var.s", '"(", var.s', '"x", var.o', "{ a = var.s }", "var.s, []"),
]
#: These give what they are asked for; the names of an object's attributes belong to its type.
OPEN = {"nonsensitive", "csvdecode"}
SECRET = [
    *("var.s + 1", "var.s ? 1 : 2", "!var.s", "var.l[var.s]", "{ a = 1 }[var.s]", "var.o[var.s].x"),
    *("{ for k in var.l : k => 1 }.nope", "var.s.x", "[for k in var.s : k]", 'file("${var.s}")'),
    *('regex("${var.s}(", "a")', 'replace("a", "/${var.s}(/", "b")', '"${var.l}"', "var.o.nope"),
    *('timeadd("2020-01-01T00:00:00Z", var.s)', 'yamldecode("a: b: ${var.s}")', "var.l[5]"),
]


def test_every_expression_is_refused_on_its_own(attack: Attack) -> None:
    attack.write(
        {
            "link": link("../outside/secret.tf"),
            "linked": link("../outside"),
            "fifo": fifo,
            "loop": link("loop"),
            "latin.txt": b"\xe9",
            "big.txt": b"x" * 11_000_000,
            "out.tpl": '${file("../outside/secret.tf")}',
            "self.tpl": '${templatefile("self.tpl", {})}',
            "bomb.tpl": "%{for i in range(1000)}%{for j in range(1000)}${x}%{endfor}%{endfor}",
        }
    )
    done = attack("console", "--json", given="".join(json.dumps(e) + "\n" for e in REFUSED))
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert len(answers) == len(REFUSED)
    for expression, answer in zip(REFUSED, answers, strict=True):
        assert "error" in answer, (expression[:80], str(answer)[:80])


def test_no_failure_tells_a_secret(attack: Attack) -> None:
    attack.write({"main.tf": MODULE})
    registry.load_all()
    names = [name for name in registry.FUNCTIONS if name not in OPEN]
    calls = [f"{name}({arguments})" for name in names for arguments in ARGUMENTS] + SECRET
    for form in ("--json", ""):
        lines = [json.dumps(c) if form else c for c in calls]
        done = attack("console", *filter(None, [form]), given="\n".join(lines) + "\n")
        assert done.code == 0
        assert len(done.out.splitlines()) >= len(calls)


@pytest.mark.parametrize(
    "given",
    [
        {"TF_VAR_l": CANARY},
        {"TF_VAR_l": f'["{CANARY}'},
        {"TF_VAR_o": f"{{ {CANARY} }}"},
        {"TF_VAR_s": "\udcff"},
    ],
)
def test_no_variable_that_cannot_be_read_is_told(attack: Attack, given: dict[str, str]) -> None:
    attack.write({"main.tf": MODULE})
    attack("check", environment=given)
    attack("console", environment=given, given="sha256(var.s)\n")


def test_a_secret_is_shown_in_no_format(attack: Attack) -> None:
    table = """
resource "aws_dynamodb_table" "t" {
  name         = "t"
  billing_mode = MODE
  hash_key     = "id"
  tags         = { a = var.s }
  attribute {
    name = "id"
    type = "S"
  }
}
"""
    for mode in ('"PAY_PER_REQUEST"', "var.s"):
        attack.write({"main.tf": MODULE + table.replace("MODE", mode)})
        for command in (
            ("check", "--verbose"),
            ("check", "--format", "json"),
            ("check", "--format", "html"),
            ("show",),
            ("show", "--raw"),
            ("show", "--format", "json"),
        ):
            attack(*command)


def test_values_given_by_hand_are_not_repeated(attack: Attack) -> None:
    attack.write({"main.tf": MODULE})
    for given in (CANARY, f"s = {CANARY}", f"s {CANARY}", f"l={CANARY}"):
        assert attack("check", "--var", given).code == 2
