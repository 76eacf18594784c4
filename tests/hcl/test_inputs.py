"""Root input variables: where they come from, which source wins, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.module import Level, VarFile, VarFlag, VarValue
from driftcheck.hcl.values import number, string
from driftcheck.model.location import Location
from tests.hcl.module_files import evaluate, output, place, problems, write

ONE = """
    variable "a" {
      default = "default"
    }
    output "x" {
      value = var.a
    }
"""


def typed(type_: str) -> str:
    return f"""
        variable "a" {{
          type = {type_}
        }}
        output "x" {{
          value = var.a
        }}
    """


LAYERS = {
    "terraform.tfvars": 'a = "terraform.tfvars"',
    "terraform.tfvars.json": '{"a": "terraform.tfvars.json"}',
    "a.auto.tfvars": 'a = "a.auto.tfvars"',
    "b.auto.tfvars.json": '{"a": "b.auto.tfvars.json"}',
    "c.auto.tfvars": 'a = "c.auto.tfvars"',
}


@pytest.mark.parametrize("count", range(len(LAYERS) + 1))
def test_a_later_file_wins_and_every_file_wins_over_the_environment(
    tmp_path: Path, count: int
) -> None:
    names = list(LAYERS)[:count]
    files = {"main.tf": ONE, **{name: LAYERS[name] for name in names}}
    evaluation = evaluate(tmp_path, files, env={"TF_VAR_a": "environment"})
    assert output(evaluation) == (names[-1] if names else "environment")


@pytest.mark.parametrize("reverse", [False, True])
def test_the_last_option_wins_over_files_and_other_options(tmp_path: Path, reverse: bool) -> None:
    write(tmp_path, {"other/x.tfvars": 'a = "file"'})
    options = [VarFile(tmp_path / "other/x.tfvars"), VarFlag("a=flag")]
    if reverse:
        options.reverse()
    files = {"main.tf": ONE, "z.auto.tfvars": 'a = "auto"'}
    evaluation = evaluate(tmp_path, files, inputs=options)
    assert output(evaluation) == ("file" if reverse else "flag")


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("string", "[1]", "[1]"),
        ("string", '"quoted"', '"quoted"'),
        ("string", "", ""),
        ("string", "a=b", "a=b"),
        ("number", "5", 5),
        ("bool", "true", True),
        ("list(number)", '["1", 2]', [1, 2]),
        ("map(string)", "{ a = 1 }", {"a": "1"}),
        ("any", '"x"', "x"),
        ("any", "5", 5),
        ("object({ a = optional(number, 3) })", "{}", {"a": 3}),
        ("set(string)", "null", None),
    ],
)
def test_text_of_a_complex_type_is_an_expression_and_of_a_simple_one_itself(
    tmp_path: Path, type_: str, text: str, expected: object
) -> None:
    by_flag = evaluate(tmp_path, typed(type_), inputs=[VarFlag(f"a={text}")])
    assert output(by_flag) == expected
    by_environment = evaluate(tmp_path, typed(type_), env={"TF_VAR_a": text})
    assert output(by_environment) == expected


def test_a_variable_without_a_type_takes_text_as_it_stands(tmp_path: Path) -> None:
    assert output(evaluate(tmp_path, ONE, inputs=[VarFlag("a=[1]")])) == "[1]"


def test_json_strings_are_no_templates(tmp_path: Path) -> None:
    files = {"main.tf": ONE, "terraform.tfvars.json": '{"a": "${x} %{if}"}'}
    assert output(evaluate(tmp_path, files)) == "${x} %{if}"


def test_a_value_from_a_caller_keeps_its_place(tmp_path: Path) -> None:
    code = """
        variable "a" {
          type = string
        }
        resource "aws_dynamodb_table" "t" {
          name = var.a
        }
    """
    spec = Location("spec.yaml", 7, 3)
    evaluation = evaluate(tmp_path, code, inputs=[VarValue("a", string("n"), spec)])
    (table,) = evaluation.model_resources()
    assert table.get("/name") == "n"
    assert table.where("/name")[-1] == spec


def test_a_value_of_the_wrong_type_is_an_error_at_the_value(tmp_path: Path) -> None:
    evaluation = evaluate(
        tmp_path, {"main.tf": typed("number"), "terraform.tfvars": '\na = "many"'}
    )
    assert place(evaluation, 'Invalid value for input variable "a".') == ("terraform.tfvars", 1)


def test_an_undeclared_variable_is_an_error_in_an_option(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'declares no variable "aa"\. Did you mean "a"'):
        evaluate(tmp_path, ONE, inputs=[VarFlag("aa=1")])
    with pytest.raises(HclError, match=r"spec\.yaml:1:1"):
        evaluate(tmp_path, ONE, inputs=[VarValue("nope", number(1), Location("spec.yaml", 1, 1))])


def test_an_undeclared_variable_is_a_warning_in_a_file_and_nothing_in_the_environment(
    tmp_path: Path,
) -> None:
    files = {"main.tf": ONE, "terraform.tfvars": "nope = 1"}
    evaluation = evaluate(tmp_path, files, env={"TF_VAR_other": "x"})
    assert problems(evaluation) == ['Value for undeclared variable "nope".']
    assert problems(evaluation, Level.ERROR) == []


@pytest.mark.parametrize("text", ["a", "a =b", "a= b"])
def test_a_malformed_option_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="--var"):
        evaluate(tmp_path, ONE, inputs=[VarFlag(text)])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        evaluate(tmp_path, ONE, inputs=[VarFile(tmp_path / "nope.tfvars")])


def test_all_missing_variables_are_named_at_once(tmp_path: Path) -> None:
    code = 'variable "a" {}\nvariable "b" {}\nvariable "c" {\n  default = null\n}\n'
    with pytest.raises(HclError, match="required variables a, b") as raised:
        evaluate(tmp_path, code)
    assert raised.value.location is not None
    assert raised.value.location.line == 1
    assert "TF_VAR_a" in raised.value.detail


def test_a_missing_variable_can_be_taken_as_unknown(tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, typed("string"), missing_as_unknown=True)
    assert "var.a is required" in evaluation.outputs["x"].reason


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("a = local.x", '"local" is not available here.'),
        ('a = upper("x")', "Functions may not be called here."),
        ("a {\n}", "Unexpected block in a variable definitions file."),
    ],
)
def test_a_definitions_file_holds_literal_values_only(
    tmp_path: Path, text: str, summary: str
) -> None:
    evaluation = evaluate(tmp_path, {"main.tf": ONE, "terraform.tfvars": text})
    assert summary in problems(evaluation, Level.ERROR)


def test_an_automatic_file_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.tfvars": 'a = "secret"'})
    root = write(tmp_path / "root", {"main.tf": ONE})
    (root / "terraform.tfvars").symlink_to(outside / "secret.tfvars")
    evaluation = evaluate(root, ONE)
    assert any("leads out of the repository" in p for p in problems(evaluation, Level.ERROR))
    assert "secret" not in repr(evaluation.outputs["x"].raw)


@pytest.mark.parametrize(("nullable", "expected"), [("true", None), ("false", "default")])
def test_null_means_the_default_only_where_null_is_not_allowed(
    tmp_path: Path, nullable: str, expected: object
) -> None:
    code = ONE.replace('default = "default"', f'default = "default"\n      nullable = {nullable}')
    files = {"main.tf": code, "terraform.tfvars": "a = null"}
    assert output(evaluate(tmp_path, files)) == expected


def test_a_required_variable_that_must_not_be_null_is_refused_as_null(tmp_path: Path) -> None:
    code = 'variable "a" {\n  nullable = false\n}\n'
    evaluation = evaluate(tmp_path, {"main.tf": code, "terraform.tfvars": "a = null"})
    assert problems(evaluation) == ['The required variable "a" must not be null.']


@pytest.mark.parametrize(
    ("default", "type_", "part"),
    [
        ('"x"', "number", "a number is required"),
        ("var.b", "string", '"var" is not available here'),
        ("null", "string", "null default value"),
        ('upper("x")', "string", "Functions may not be called here"),
    ],
)
def test_a_default_must_suit_its_type_and_refer_to_nothing(
    tmp_path: Path, default: str, type_: str, part: str
) -> None:
    code = f'variable "a" {{\n  type = {type_}\n  nullable = false\n  default = {default}\n}}\n'
    evaluation = evaluate(tmp_path, code)
    assert part in str(evaluation.diagnostics[0])
    assert ":4:" in str(evaluation.diagnostics[0])


VALIDATED = """
    variable "limits" {
      type = object({ min = number, max = number })
      validation {
        condition     = var.limits.min <= var.limits.max
        error_message = "Minimum ${var.limits.min} is over maximum ${var.limits.max}."
      }
      validation {
        condition     = var.limits.max <= local.most
        error_message = "Too much."
      }
    }
    locals {
      most = length(["a", "b"]) * 5
    }
"""


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("{ min = 1, max = 2 }", []),
        ("{ min = 3, max = 2 }", ["Minimum 3 is over maximum 2."]),
        ("{ min = 1, max = 11 }", ["Too much."]),
        ("{ min = 12, max = 11 }", ["Minimum 12 is over maximum 11.", "Too much."]),
    ],
)
def test_validation_says_its_own_message_at_the_value(
    tmp_path: Path, value: str, messages: list[str]
) -> None:
    files = {"main.tf": VALIDATED, "terraform.tfvars": f"limits = {value}"}
    evaluation = evaluate(tmp_path, files, everything=False)
    found = [d for d in evaluation.diagnostics if d.summary.startswith("Invalid value")]
    assert [m for d in found for m in messages if m in d.detail] == messages
    assert all(str(d.location).endswith("terraform.tfvars:1:10") for d in found)
    if messages:
        assert "main.tf:" in found[0].detail


def test_two_failed_rules_of_one_value_are_both_reported(tmp_path: Path) -> None:
    files = {"main.tf": VALIDATED, "terraform.tfvars": "limits = { min = 12, max = 11 }"}
    evaluation = evaluate(tmp_path, files)
    assert len(problems(evaluation, Level.ERROR)) == 2


def test_a_message_never_shows_a_sensitive_value(tmp_path: Path) -> None:
    code = """
        variable "a" {
          sensitive = true
          default   = "hunter2"
          validation {
            condition     = length(var.a) > 20
            error_message = "Not good: ${var.a}."
          }
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation) == ['Invalid value for variable "a".']
    assert "hunter2" not in str(evaluation.diagnostics[0])


def test_workspaces(tmp_path: Path) -> None:
    code = 'output "x" {\n  value = terraform.workspace\n}\n'
    assert output(evaluate(tmp_path, code)) == "default"
    write(tmp_path, {".terraform/environment": "from-file\n"})
    assert output(evaluate(tmp_path, code)) == "from-file"
    assert output(evaluate(tmp_path, code, env={"TF_WORKSPACE": "from-env"})) == "from-env"
    stated = evaluate(tmp_path, code, env={"TF_WORKSPACE": "x"}, workspace="stated")
    assert output(stated) == "stated"
