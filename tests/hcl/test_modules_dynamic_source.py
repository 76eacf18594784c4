"""Sources of modules that are made of constants, which Terraform takes since 1.15."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.errors import HclError
from driftcheck.hcl.context import Budget
from driftcheck.hcl.module import Level, VarFlag, evaluation
from tests.hcl.module_files import evaluate, output, problems

ROOT = """
    variable "kind" {
      type    = string
      const   = true
      default = "small"
    }
    locals {
      directory = "${path.module}/modules/${var.kind}"
    }
    module "m" {
      source = "./${local.directory}"
      inner  = upper(var.kind) == "LARGE" ? "b" : "a"
    }
    output "x" { value = module.m.y }
"""
SIZED = """
    variable "inner" {
      type  = string
      const = true
    }
    module "deeper" {
      source = "../../inner/${var.inner}"
    }
    output "y" { value = "SIZE of ${module.deeper.z}" }
"""
FILES = {
    "main.tf": ROOT,
    "modules/small/main.tf": SIZED.replace("SIZE", "small"),
    "modules/large/main.tf": SIZED.replace("SIZE", "large"),
    "inner/a/main.tf": 'output "z" { value = "a" }\n',
    "inner/b/main.tf": 'output "z" { value = "b" }\n',
}


def test_a_default_decides(tmp_path: Path) -> None:
    assert output(evaluate(tmp_path, FILES)) == "small of a"


def test_an_option_decides(tmp_path: Path) -> None:
    found = evaluate(tmp_path, FILES, inputs=[VarFlag("kind=large")])
    assert output(found) == "large of b"


def test_the_same_module_called_with_two_constants(tmp_path: Path) -> None:
    calls = "\n".join(
        f'module "{name}" {{\n  source = "./modules/small"\n  inner = "{name}"\n}}\n'
        f'output "{name}" {{ value = module.{name}.y }}\n'
        for name in "ab"
    )
    found = evaluate(tmp_path, {**FILES, "main.tf": calls})
    assert (output(found, "a"), output(found, "b")) == ("small of a", "small of b")


def test_what_is_installed(tmp_path: Path) -> None:
    """The manifest has the source that came of the expression."""
    code = """
        variable "version" { default = "x" }
        variable "edition" {
          const   = true
          default = "dynamodb-table"
        }
        module "m" {
          source  = "terraform-aws-modules/${var.edition}/aws"
          version = "5.${var.edition == "" ? 0 : 1}.0"
        }
        output "x" { value = module.m.y }
    """.replace('variable "version" { default = "x" }\n', "")
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {
                "Key": "m",
                "Source": "registry.terraform.io/terraform-aws-modules/dynamodb-table/aws",
                "Version": "5.1.0",
                "Dir": ".terraform/modules/m",
            },
        ]
    }
    files = {
        "main.tf": code,
        ".terraform/modules/modules.json": json.dumps(manifest),
        ".terraform/modules/m/main.tf": 'output "y" { value = 7 }\n',
    }
    assert output(evaluate(tmp_path, files)) == 7


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("./modules/${var.other}", "var.other is not declared with const = true"),
        ("./modules/${terraform_data.d.id}", "terraform_data.d.id is not constant"),
        ("./modules/${local.loop}", "local.loop refers to itself"),
    ],
)
def test_what_is_not_constant(tmp_path: Path, source: str, why: str) -> None:
    code = (
        'variable "other" { default = "small" }\nresource "terraform_data" "d" {}\n'
        'locals {\n  loop = "${local.loop}"\n}\n'
        f'module "m" {{\n  source = "{source}"\n}}\n'
    )
    found = problems(evaluate(tmp_path, code), Level.ERROR)
    assert f"The source of module.m cannot be known: {why}." in found


def test_a_source_that_is_null(tmp_path: Path) -> None:
    code = 'locals {\n  none = null\n}\nmodule "m" {\n  source = local.none\n}\n'
    found = problems(evaluate(tmp_path, code), Level.ERROR)
    assert found == ["The source of module.m cannot be known: it is null."]


def test_a_constant_without_a_value(tmp_path: Path) -> None:
    files = {**FILES, "main.tf": ROOT.replace('      default = "small"\n', "")}
    with pytest.raises(HclError, match="No value for the required variable kind"):
        evaluate(tmp_path, files)
    found = evaluate(tmp_path, files, missing_as_unknown=True)
    assert problems(found, Level.INCOMPLETE) == ["The code of module.m cannot be seen."]


def test_a_source_that_leads_out_of_the_repository(tmp_path: Path) -> None:
    code = 'locals {\n  up = "../../.."\n}\nmodule "m" {\n  source = "${local.up}/etc"\n}\n'
    [problem] = problems(evaluate(tmp_path, code), Level.ERROR)
    assert "leads out of the repository" in problem


def test_a_source_in_json(tmp_path: Path) -> None:
    code = {
        "variable": {"kind": {"const": True, "default": "a"}},
        "module": {"m": {"source": "./inner/${var.kind}"}},
        "output": {"x": {"value": "${module.m.z}"}},
    }
    files = {k: v for k, v in FILES.items() if k != "main.tf"}
    assert output(evaluate(tmp_path, {**files, "main.tf.json": json.dumps(code)})) == "a"


def test_a_source_from_a_file(tmp_path: Path) -> None:
    code = """
        locals {
          kind = trimspace(file("${path.module}/kind.txt"))
        }
        module "m" {
          source = "./inner/${local.kind}"
        }
        output "x" { value = module.m.z }
    """
    found = evaluate(tmp_path, {**FILES, "main.tf": code, "kind.txt": "b\n"})
    assert output(found) == "b"
    assert not found.only_of_its_code


def test_the_work_on_all_sources_together_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them alone would be within the bound."""
    monkeypatch.setattr(evaluation, "Budget", lambda: Budget(100_000))
    costly = "[for a in range(30) : [for b in range(30) : b]]"
    calls = "".join(
        f'module "m{n}" {{\n  source = "./m/${{length({costly})}}"\n}}\n' for n in range(40)
    )
    found = evaluate(tmp_path, calls)
    told = problems(found, Level.ERROR)
    assert any("more data than driftcheck is willing" in p for p in told)
    assert any("no directory" in p for p in told)


def test_a_long_chain_of_locals(tmp_path: Path) -> None:
    chain = "".join(f'  l{n} = "${{local.l{n + 1}}}"\n' for n in range(3000))
    code = f'locals {{\n{chain}  l3000 = "a"\n}}\nmodule "m" {{\n  source = "./${{local.l0}}"\n}}\n'
    found = problems(evaluate(tmp_path, code), Level.ERROR)
    assert any("nested too deeply" in p or "no directory" in p for p in found), found
