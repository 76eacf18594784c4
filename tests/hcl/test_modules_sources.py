"""Where module calls find their code: local paths, installed modules, and no further."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.hcl.module import Level
from driftcheck.hcl.module.evaluation import shown_path
from driftcheck.paths import repository_root
from tests.hcl.module_files import evaluate, output, place, problems, write

REGISTRY = 'module "m" {\n  source  = "team/table/aws"\n  version = "1.2.3"\n}\n'
USE = 'output "x" {\n  value = module.m.name\n}\n'
INNER = 'output "name" {\n  value = "inner ${path.module}"\n}\n'


def manifest(*entries: tuple[str, str, str]) -> str:
    modules = [{"Key": k, "Source": s, "Version": "1.2.3", "Dir": d} for k, s, d in entries]
    return json.dumps({"Modules": [{"Key": "", "Source": "", "Dir": "."}, *modules]})


def test_an_installed_module_is_read_where_init_put_it(tmp_path: Path) -> None:
    source = "registry.terraform.io/team/table/aws"
    files = {
        "main.tf": REGISTRY + USE,
        ".terraform/modules/modules.json": manifest(("m", source, ".terraform/modules/m")),
        ".terraform/modules/m/main.tf": INNER,
    }
    evaluation = evaluate(tmp_path, files)
    assert problems(evaluation) == []
    assert output(evaluation) == "inner .terraform/modules/m"


def test_a_call_inside_of_an_installed_module_has_a_key_of_its_own(tmp_path: Path) -> None:
    inner = (
        'module "n" {\n  source = "git::https://example.com/n.git"\n}\n'
        'module "local" {\n  source = "./modules/l"\n}\n'
        'output "name" {\n  value = [module.n.name, module.local.name]\n}\n'
    )
    files = {
        "main.tf": REGISTRY + USE,
        "data/modules/modules.json": manifest(
            ("m", "team/table/aws", "data/modules/m"),
            ("m.n", "git::https://example.com/n.git", "data/modules/m.n/sub"),
        ),
        "data/modules/m/main.tf": inner,
        "data/modules/m/modules/l/main.tf": INNER,
        "data/modules/m.n/sub/main.tf": INNER,
    }
    evaluation = evaluate(tmp_path, files, env={"TF_DATA_DIR": "data"})
    assert output(evaluation) == ["inner data/modules/m.n/sub", "inner data/modules/m/modules/l"]


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("github.com/x/y", "git::https://github.com/x/y.git"),
        ("github.com/x/y.git", "git::https://github.com/x/y.git"),
        (
            "github.com/x/y//modules/sub?ref=v1",
            "git::https://github.com/x/y.git//modules/sub?ref=v1",
        ),
        ("git::https://github.com/x/y", "git::https://github.com/x/y"),
        ("git@github.com:x/y.git//sub?ref=v1", "git::ssh://git@github.com/x/y.git//sub?ref=v1"),
        ("git::git@github.com:x/y.git", "git::ssh://git@github.com/x/y.git"),
        ("git::ssh://git@github.com/x/y.git", "git::ssh://git@github.com/x/y.git"),
        ("a/b/aws//sub", "registry.terraform.io/a/b/aws//sub"),
        ("app.example.com/a/b/aws", "app.example.com/a/b/aws"),
    ],
)
def test_addresses_are_recognised_as_init_records_them(
    tmp_path: Path, source: str, recorded: str
) -> None:
    """The recorded forms were read off what ``terraform init`` 1.11.4 wrote."""
    files = {
        "main.tf": f'module "m" {{\n  source = "{source}"\n}}\n' + USE,
        ".terraform/modules/modules.json": manifest(("m", recorded, ".terraform/modules/m")),
        ".terraform/modules/m/main.tf": INNER,
    }
    assert output(evaluate(tmp_path, files)) == "inner .terraform/modules/m"


@pytest.mark.parametrize(
    ("entries", "part"),
    [
        ([], "is not installed"),
        ([("m", "other/table/aws", ".terraform/modules/m")], "now asks for"),
        ([("m", "team/table/aws", ".terraform/modules/gone")], "which is gone"),
    ],
)
def test_a_module_that_is_not_installed_is_a_hole_with_the_command_that_fills_it(
    tmp_path: Path, entries: list[tuple[str, str, str]], part: str
) -> None:
    files = {
        "main.tf": REGISTRY + USE,
        ".terraform/modules/modules.json": manifest(*entries),
        ".terraform/modules/m/main.tf": INNER,
    }
    evaluation = evaluate(tmp_path, files)
    (hole,) = [d for d in evaluation.diagnostics if d.level is Level.INCOMPLETE]
    assert part in hole.detail
    assert f"terraform -chdir={shown_path(tmp_path)} init" in hole.detail
    assert hole.location is not None
    assert hole.location.line == 2
    assert part in evaluation.outputs["x"].reason
    assert problems(evaluation, Level.ERROR) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"Modules": [{}]}', '{"Modules": 1}'])
def test_a_broken_manifest_is_one_clear_error(tmp_path: Path, text: str) -> None:
    files = {"main.tf": REGISTRY, ".terraform/modules/modules.json": text}
    evaluation = evaluate(tmp_path, files)
    (error,) = problems(evaluation, Level.ERROR)
    assert "modules.json cannot be read" in error


ESCAPES = {
    "up": "../outside",
    "up and up": "./../../../../../../../../etc",
    "through a link": "./link",
}


@pytest.mark.parametrize("how", ESCAPES)
def test_a_local_path_never_leaves_the_repository(tmp_path: Path, how: str) -> None:
    write(tmp_path / "outside", {"main.tf": INNER})
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    code = f'module "m" {{\n  source = "{ESCAPES[how]}"\n}}\n' + USE
    evaluation = evaluate(root, code)
    (error,) = problems(evaluation, Level.ERROR)
    assert "leads out of the repository" in error
    assert "inner" not in repr(evaluation.outputs["x"].raw)


def test_an_installed_module_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"main.tf": INNER})
    files = {
        "main.tf": REGISTRY + USE,
        ".terraform/modules/modules.json": manifest(("m", "team/table/aws", "../outside")),
    }
    evaluation = evaluate(tmp_path / "root", files)
    assert any("leads out of the repository" in p for p in problems(evaluation, Level.ERROR))


def test_a_linked_file_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"secret.tf": 'output "x" {\n  value = "secret"\n}\n'})
    root = write(tmp_path / "root", {"main.tf": ""})
    (root / "linked.tf").symlink_to(tmp_path / "outside/secret.tf")
    evaluation = evaluate(root, "")
    assert any("leads out of the repository" in p for p in problems(evaluation, Level.ERROR))
    assert evaluation.outputs == {}


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, 'module "m" {\n  source = "./nope"\n}\n' + USE)
    summary = 'There is no directory for the module source "./nope".'
    assert place(evaluation, summary) == ("main.tf", 2)


@pytest.mark.parametrize(
    "files",
    [
        {"main.tf": 'module "m" {\n  source = "./"\n}\n'},
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\n',
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\nmodule "c" {\n  source = "../b"\n}\n',
            "b/main.tf": 'module "a" {\n  source = "../a"\n}\n',
        },
    ],
)
def test_modules_that_call_themselves_end(tmp_path: Path, files: dict[str, str]) -> None:
    evaluation = evaluate(tmp_path, files)
    errors = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    assert errors
    assert all(d.location is not None for d in errors)
    assert any("nested more than" in d.summary or "more than" in d.summary for d in errors)


def test_arguments_are_held_against_the_module_s_variables(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  extra  = 1\n}\n',
        "m/main.tf": 'variable "needed" {}\nvariable "optional" {\n  default = 1\n}\n',
    }
    evaluation = evaluate(tmp_path, files)
    assert place(evaluation, "Unsupported argument.") == ("main.tf", 3)
    assert place(evaluation, "Missing required argument.") == ("main.tf", 1)


def test_the_repository_root_is_where_git_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = write(tmp_path / "repo/a/b", {"main.tf": ""})
    assert repository_root(deep) == deep
    monkeypatch.chdir(tmp_path / "repo")
    assert repository_root(deep) == tmp_path / "repo"
    (tmp_path / "repo/a/.git").mkdir()
    assert repository_root(deep) == tmp_path / "repo/a"
