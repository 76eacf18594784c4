"""``show``, ``console``, ``schema``, and the program itself."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest

from driftcheck import __version__
from driftcheck.cli import commands
from driftcheck.cli.main import run
from driftcheck.cli.ordered import interleaved
from driftcheck.policies.schema import policy_schema
from driftcheck.reports.schema import report_schema
from driftcheck.resources import data_root, policy_directory, reference_spec
from driftcheck.spec.schema import spec_schema
from tests.cli.conftest import MODULE, SPEC, Program


def test_show(cli: Program) -> None:
    done = cli("show", "module", "--var", "name=orders")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "aws_dynamodb_table.this  module/main.tf:7:1"
    assert any(
        line.split() == ["recovery_period_in_days", "35", "module/main.tf:17:5"] for line in lines
    )


def test_show_as_json(cli: Program) -> None:
    done = cli("show", "module", "--var", "name=orders", "--format", "json")
    (table,) = json.loads(done.out)
    assert table["address"] == "aws_dynamodb_table.this"
    assert table["document"]["name"] == "orders"
    assert table["document"]["point_in_time_recovery"]["recovery_period_in_days"] == 35


def test_show_a_spec(cli: Program) -> None:
    (table,) = json.loads(cli("show", "specs/orders.yaml", "--format", "json").out)
    assert table["region"] == "eu-central-1"
    assert table["document"]["name"] == "orders"


def test_show_raw(cli: Program) -> None:
    (row,) = json.loads(cli("show", "module", "--raw", "--var", "name=orders").out)
    assert set(row) == {"address", "type", "name", "values", "unknown"}
    assert row["values"]["name"] == "orders"
    assert row["unknown"]["stream_arn"] is True


TWO_PLACES = SPEC.replace(
    "targets:\n",
    "targets:\n  - {name: old, account: '999999999999', variables: {name: orders-old}}\n",
)


def test_show_a_spec_as_terraform_plans_it(cli: Program) -> None:
    cli.write("module/main.tf", MODULE + 'output "arn" { value = aws_dynamodb_table.this.arn }\n')
    of_spec = json.loads(cli("show", "specs/orders.yaml", "--raw").out)
    of_module = json.loads(
        cli("show", "module", "--raw", "--var", "name=orders", "--region", "eu-central-1").out
    )
    assert of_spec == of_module
    assert of_spec[0]["unknown"]["arn"] is True


def test_show_a_spec_of_several_targets(cli: Program) -> None:
    cli.write("specs/orders.yaml", TWO_PLACES)
    text = cli("show", "specs/orders.yaml", "--region", "eu-west-1").out
    lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
    table = "aws_dynamodb_table.this  module/main.tf:7:1"
    assert lines == [
        "orders, old, 999999999999/eu-west-1",
        table,
        "orders, test, 123456789012/eu-central-1",
        table,
    ]
    for option in ("--raw", "--format=json"):
        old, test = json.loads(cli("show", "specs/orders.yaml", option).out)
        assert (old["spec"], old["target"], old["account"]) == ("orders", "old", "999999999999")
        assert (test["target"], test["region"]) == ("test", "eu-central-1")
        inside = "values" if option == "--raw" else "document"
        assert [row[inside]["name"] for row in (old, test)] == ["orders-old", "orders"]


def test_show_one_of_several_targets(cli: Program) -> None:
    cli.write("specs/orders.yaml", TWO_PLACES)
    shown = cli("show", "specs/orders.yaml", "--target", "old", "--format", "json")
    (table,) = json.loads(shown.out)
    assert table["document"]["name"] == "orders-old"
    assert "target" not in table


def test_show_a_spec_that_for_each_repeats(cli: Program) -> None:
    spec = SPEC.replace("name: orders\n", "name: n-${each.key}\nfor_each: [a, b]\n", 1)
    cli.write("specs/orders.yaml", spec.replace("{name: orders}", '{name: "${each.key}"}'))
    rows = json.loads(cli("show", "specs/orders.yaml", "--format", "json").out)
    assert [(row["spec"], row["document"]["name"]) for row in rows] == [("n-a", "a"), ("n-b", "b")]


@pytest.mark.parametrize(
    ("option", "expected"),
    [((), "unknown"), (("--region", "eu-west-1"), "eu-west-1")],
)
def test_show_a_target_without_a_region(
    cli: Program, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...], expected: str
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    cli.write("specs/orders.yaml", SPEC.replace(", region: eu-central-1", ""))
    cli.write(
        "module/main.tf",
        MODULE.replace('"test"', "data.aws_region.here.name") + 'data "aws_region" "here" {}\n',
    )
    (table,) = json.loads(cli("show", "specs/orders.yaml", "--format", "json", *option).out)
    found = table["document"]["tags"]["Environment"]
    assert (found if isinstance(found, str) else next(iter(found))) == expected


def test_show_what_is_not_there_to_show(cli: Program) -> None:
    unknown = cli("show", "specs/orders.yaml", "--target", "tset")
    assert unknown.code == 2
    assert unknown.err.strip() == 'driftcheck: specs/orders.yaml has no target "tset", only test.'
    module = cli("show", "module", "--target", "test", "--var", "name=orders")
    assert module.code == 2
    assert (
        module.err.strip()
        == "driftcheck: --target test: module is no spec, and only specs have targets."
    )
    cli.write(
        "specs/orders.yaml",
        SPEC.replace("module: ../module\nvariables: {name: orders}\n", "table: orders\n"),
    )
    for option in ("--raw", "--format=json", "--format=text"):
        done = cli("show", "specs/orders.yaml", option)
        assert done.code == 2
        assert done.err.strip() == (
            "driftcheck: specs/orders.yaml: names no module, so there is no code to show."
        )


def test_show_unknown_and_sensitive_values(cli: Program) -> None:
    cli.write(
        "module/main.tf",
        MODULE.replace('"test"', "var.secret").replace(
            "  tags =",
            "  server_side_encryption {\n    enabled     = true\n"
            "    kms_key_arn = aws_kms_key.k.arn\n  }\n  tags =",
        )
        + '\nvariable "secret" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
        + 'resource "aws_kms_key" "k" {}\n',
    )
    text = cli("show", "module", "--var", "name=orders").out
    assert "hunter2" not in text
    assert "(sensitive)" in text
    assert "(unknown: " in text
    found = json.loads(cli("show", "module", "--var", "name=orders", "--format", "json").out)
    document = found[0]["document"]
    assert document["tags"]["Environment"] == {"sensitive": True}
    assert set(document["server_side_encryption"]["kms_key_arn"]) == {"unknown"}
    raw = cli("show", "module", "--var", "name=orders", "--raw").out
    assert "hunter2" not in raw


def test_show_what_could_not_be_seen(cli: Program) -> None:
    cli.write("module/more.tf", 'module "m" {\n  source = "registry.example/a/b/c"\n}\n')
    done = cli("show", "module", "--var", "name=orders")
    assert done.code == 2
    assert "aws_dynamodb_table.this" in done.out
    assert done.err.startswith("driftcheck: module/more.tf:")


def test_show_nothing(cli: Program) -> None:
    cli.write("empty/main.tf", "locals {\n  a = 1\n}\n")
    assert cli("show", "empty").out == "The code declares no table.\n"


def asked(monkeypatch: pytest.MonkeyPatch, cli: Program, text: str, *arguments: str) -> list[str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    done = cli("console", *arguments)
    assert done.code == 0, done.err
    return done.out.splitlines()


def test_console(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(monkeypatch, cli, 'var.name\n\n1 + 1\nnope("\n', "module", "--var", "name=o")
    assert lines[:2] == ['"o"', "2"]
    assert lines[2].startswith("Error: <console>:1:")


def test_console_as_json(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = '"1 + 1"\n"12345678901234567890.50"\n"var.name"\n"[\\n1]"\nnot json\n"1 +"\n'
    lines = asked(monkeypatch, cli, questions, "--json", "module")
    answers = [json.loads(line) for line in lines]
    assert answers[0] == {"value": 2, "type": "number"}
    assert "12345678901234567890.5" in lines[1]
    assert set(answers[2]) == {"unknown"}
    assert answers[3]["value"] == [1]
    assert [set(a) for a in answers[4:]] == [{"error"}, {"error"}]


def test_console_without_a_module(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, cli, 'upper("a")\nvar.x\n')[0] == '"A"'


def test_console_ends_with_exit(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, cli, "1\nexit\n2\n") == ["1"]


def test_console_in_a_terminal(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: Iterator[str | type[BaseException]] = iter(
        ["[1,", "2]", "upper(", KeyboardInterrupt, "<<EOT", "  a", "EOT", "(", "", "1 +", EOFError]
    )
    prompts: list[str] = []

    def type_in(prompt: str) -> str:
        prompts.append(prompt)
        line = next(typed)
        if isinstance(line, str):
            return line
        raise line

    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr("builtins.input", type_in)
    done = cli("console")
    assert done.code == 0
    assert prompts == ["> ", "... ", "> ", "... ", "> ", "... ", "... ", "> ", "... ", "> ", "> "]
    lines = done.out.splitlines()
    assert lines[:5] == ["[", "  1,", "  2,", "]", ""]
    assert lines[5:8] == ["<<EOT", "  a", ""]
    assert [line.startswith("Error: <console>:1:") for line in lines[9:11]] == [True, True]


def test_console_refuses_names_that_do_not_exist_in_parts_nobody_evaluates(
    cli: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = asked(monkeypatch, cli, "[for x in [] : y]\n[for x in [] : var.z]\n", "module")
    assert [line.partition(": ")[0] for line in lines] == ["Error"] * 2
    assert "not declared" in asked(monkeypatch, cli, "{ for x in [] : x => a.b }\n")[0]


def test_console_bounds_each_expression_by_itself(
    cli: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each makes 7 million characters; all of them together may make 20 million.
    large = 'length([for i in range(8) : format("%900000s", "a")])\n'
    assert asked(monkeypatch, cli, large * 8) == ["8"] * 8


@pytest.mark.parametrize(
    ("name", "schema"),
    [("spec", spec_schema), ("policy", policy_schema), ("report", report_schema)],
)
def test_schema(cli: Program, name: str, schema: object) -> None:
    assert callable(schema)
    assert json.loads(cli("schema", name).out) == schema()


def test_the_schemas_that_editors_are_pointed_at_are_the_programs(cli: Program) -> None:
    for folder, name in (("specs", "spec"), ("policies", "policy")):
        path = data_root() / folder / f"{name}.schema.json"
        assert path.read_text(encoding="utf-8") == cli("schema", name).out, (
            f"run: driftcheck schema {name} > {folder}/{name}.schema.json"
        )


@pytest.mark.parametrize("arguments", [["--version"], ["--version", "--help"]])
def test_version(arguments: list[str], cli: Program) -> None:
    assert cli(*arguments).out == f"driftcheck {__version__}\n"


def test_help_lists_every_command(cli: Program) -> None:
    done = cli("--help")
    assert done.code == 0
    listed = done.out.partition("Commands:\n")[2].splitlines()
    rows = [line for line in listed if line[2:3] != " "]  # the others go on with a row
    names = [row.split()[0] for row in rows]
    assert names == sorted(names)
    assert {"console", "provision", "scan", "schema", "show"} <= set(names)
    assert all(len(row.split()) > 2 for row in rows)
    for name in names:
        assert cli(name, "--help").code == 0


def test_a_command_is_one_file(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.write(
        "extra/hello_world.py", 'def command() -> None:\n    """Greet."""\n    print("hello")\n'
    )
    cli.write(
        "extra/group.py",
        "import typer\napp = typer.Typer(help='Several.')\n"
        "@app.command()\ndef one():\n    '''One.'''\n    print('one')\n"
        "@app.command()\ndef two():\n    '''Two.'''\n    print('two')\n",
    )
    monkeypatch.setattr(commands, "__path__", [str(cli.root / "extra")])
    monkeypatch.setattr("driftcheck.cli.main._COMMANDS", cli.root / "extra")
    assert cli("hello-world").out == "hello\n"
    assert cli("group", "two").out == "two\n"
    assert "hello-world  Greet." in cli("--help").out


def test_without_arguments_the_help_is_shown(cli: Program) -> None:
    done = cli()
    assert "Usage: driftcheck" in done.out + done.err


def test_an_interrupt_ends_with_130(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("driftcheck.stages.load.load", interrupted)
    done = cli("scan")
    assert (done.code, done.err) == (130, "\ndriftcheck: interrupted\n")


def test_names_that_the_terminal_cannot_show(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    monkeypatch.setattr(sys, "stdin", io.StringIO('"é"\n'))
    assert run(["console"]) == 0
    assert buffer.getvalue() == b'"\\xe9"\n'


def test_the_order_of_options_set_otherwise() -> None:
    class Context:
        meta: dict[str, object] = {}  # noqa: RUF012 - a stand-in

    assert interleaved(Context(), var=["a"], var_file=["b"]) == [("var", "a"), ("var_file", "b")]


def test_the_files_that_come_with_the_program() -> None:
    assert reference_spec().is_file()
    assert (data_root() / "modules" / "dynamodb" / "main.tf").is_file()
    assert any(policy_directory().glob("*.yaml"))
