"""Hostile Terraform code: modules, variable files, what terraform init left behind."""

from __future__ import annotations

import json
import os

import pytest

from tests.security.conftest import EVIL, TABLE, Attack, Files, directory, fifo, link


def call(source: str, name: str = "x") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n}}\n'


def named(name: str) -> str:
    return TABLE.replace('"t"\n', f"{name}\n", 1)


def doubled(step: str, first: str, use: str) -> str:
    steps = "".join(f"  a{i} = {step.replace('@', f'local.a{i - 1}')}\n" for i in range(1, 60))
    return f"locals {{\n  a0 = {first}\n{steps}}}\n" + named(use)


def manifest(directory_: str, source: str = "a/b/c") -> str:
    return json.dumps({"Modules": [{"Key": "x", "Source": source, "Dir": directory_}]})


INSTALLED = {"m/main.tf": call("a/b/c")}
INSTALL = "m/.terraform/modules/modules.json"
STRING = '"${local.a@}${local.a@}"'

#: What ends with exit code 2: it cannot be checked, and nobody may think that it was.
REFUSED: dict[str, Files] = {
    # Endless or huge
    "a module that calls itself": {"m/main.tf": call("./")},
    "two modules that call each other": {"m/main.tf": call("../n"), "n/main.tf": call("../m")},
    "a million instances": {"m/main.tf": TABLE.replace("{", "{\n  count = 1e6", 1)},
    "a million modules": {
        "m/main.tf": 'module "x" {\n  source = "./a"\n  count = 1000\n}\n',
        "m/a/main.tf": 'module "x" {\n  source = "./b"\n  count = 1000\n}\n',
        "m/a/b/main.tf": TABLE,
    },
    "a million blocks": {
        "m/main.tf": TABLE
        + 'resource "aws_dynamodb_table" "u" {\n  name = "u"\n  dynamic "attribute" {\n'
        "    for_each = setproduct(range(1000), range(1000))\n    content {}\n  }\n}\n"
    },
    "doubled text": {"m/main.tf": doubled('"${@}${@}"', '"xxxxxxxx"', "local.a59")},
    "doubled lists": {"m/main.tf": doubled("concat(@, @)", "[1]", "length(local.a59)")},
    "nested lists": {"m/main.tf": doubled("[@, @, @]", "[1]", "jsonencode(local.a59)")},
    "a large file": {"m/main.tf": b"#" + b"x" * 6_000_000},
    "deep blocks": {"m/main.tf": "a {\n" * 5000 + "}\n" * 5000},
    "deep types": {"m/main.tf": 'variable "x" {\n  type = ' + "list(" * 5000 + ")" * 5000 + "\n}"},
    "deep JSON": {"m/main.tf.json": "[" * 200_000},
    "deep JSON objects": {"m/main.tf.json": '{"locals":{"a":' * 20_000},
    "a number of JSON": {"m/main.tf.json": '{"locals":{"a":1e999999999}}'},
    "many digits of JSON": {"m/main.tf.json": '{"locals":{"a":' + "9" * 100_000 + "}}"},
    "an infinite number": {
        "m/main.tf": TABLE.replace("hash_key", "read_capacity = 1/0\n  hash_key")
    },
    # Out of the repository
    "a link to a file outside": {"m/main.tf": TABLE, "m/o.tf": link("../../outside/secret.tf")},
    "variables outside": {
        "m/main.tf": TABLE,
        "m/terraform.tfvars": link("../../outside/secret.tfvars"),
    },
    "a module outside": {"m/main.tf": call("../../outside")},
    "a link to a module outside": {"m/main.tf": call("./l"), "m/l": link("../../outside")},
    "an absolute module": {"m/main.tf": call("/etc")},
    "a module from the network": {"m/main.tf": call("https://127.0.0.1:9/x.zip")},
    "a module by git": {"m/main.tf": call("git::ext::sh -c touch% pwned")},
    "an installed module outside": {**INSTALLED, INSTALL: manifest("../../outside")},
    # Names that no file has
    "a module that is a loop": {"m/main.tf": call("./l"), "m/l": link("l")},
    "a module named NUL": {"m/main.tf": call("./\\u0000")},
    "a module with a long name": {"m/main.tf": call("./" + "a" * 5000)},
    "a module far below": {"m/main.tf": call("./" + "a/" * 5000)},
    "half a character": {"m/main.tf.json": '{"module":{"x":{"source":"./\\ud800"}}}'},
    "installed in NUL": {**INSTALLED, INSTALL: manifest("\0")},
    "installed in a loop": {**INSTALLED, INSTALL: manifest("l"), "m/l": link("l")},
    "installed in a long name": {**INSTALLED, INSTALL: manifest("a" * 5000)},
    "installed in half a character": {**INSTALLED, INSTALL: manifest("\ud800")},
    "a manifest that is a loop": {**INSTALLED, INSTALL: link("modules.json")},
    "a manifest that is a pipe": {**INSTALLED, INSTALL: fifo},
    "a deep manifest": {**INSTALLED, INSTALL: "[" * 100_000},
    "a manifest of numbers": {**INSTALLED, INSTALL: '{"Modules": ' + "9" * 10_000 + "}"},
    "a manifest of nothing": {**INSTALLED, INSTALL: '{"Modules": 5}'},
    "a manifest with a name": {**INSTALLED, INSTALL: manifest("x", EVIL)},
    # Text that is none
    "UTF-16": {"m/main.tf": TABLE.encode("utf-16")},
    "NUL": {"m/main.tf": "\0" * 1000},
    "carriage returns": {"m/main.tf": TABLE.replace("\n", "\r")},
    # Names that command
    "a file with a name": {"m/\x1b[31m\n::error::x.tf": "nope {"},
    "a file that is no UTF-8": {os.fsdecode(b"m/\xff.tf"): "nope {}\n"},
    "a validation that speaks": {
        "m/main.tf": 'variable "p" {\n  default = "x"\n  validation {\n    condition = false\n'
        '    error_message = "bad \\u001b[31m\\n::error::pwned"\n  }\n}\n' + TABLE
    },
    "a name of JSON": {
        "m/main.tf.json": json.dumps({"resource": {"aws_dynamodb_table": {EVIL: {}}}})
    },
}

#: What is checked as if it were not there, or as what it is.
CHECKED: dict[str, Files] = {
    "a pipe": {"m/main.tf": TABLE, "m/f.tf": fifo},
    "a directory": {"m/main.tf": TABLE, "m/d.tf": directory},
    "a device": {"m/main.tf": TABLE, "m/z.tf": link("/dev/zero")},
    "a link to itself": {"m/main.tf": TABLE, "m/l.tf": link("l.tf")},
    "variables that are pipes": {
        "m/main.tf": TABLE,
        "m/terraform.tfvars": fifo,
        "m/a.auto.tfvars": fifo,
    },
    "a workspace that is a loop": {
        "m/main.tf": TABLE,
        "m/.terraform/environment": link("environment"),
    },
    "a workspace that is a pipe": {"m/main.tf": TABLE, "m/.terraform/environment": fifo},
    "a workspace with a name": {
        "m/main.tf": named("terraform.workspace"),
        "m/.terraform/environment": EVIL,
    },
    "a table that commands": {"m/main.tf": named('"::error::x"')},
    "a table with a name": {"m/main.tf": named(json.dumps(EVIL).replace("\\ufffe", "x"))},
    "tags with names": {
        "m/main.tf": TABLE.replace(
            "hash_key", 'tags = { "\\u001b]0;x\\u0007" = "##[x]" }\n  hash_key'
        )
    },
    "an infinite name": {"m/main.tf": named("1/0")},
    "variables with names": {"m/main.tf": TABLE, "m/terraform.tfvars.json": json.dumps({EVIL: 1})},
    "a byte order mark": {"m/main.tf": "\ufeff" + TABLE},
    "carriage returns and newlines": {"m/main.tf": TABLE.replace("\n", "\r\n")},
    "a hundred thousand comments": {"m/main.tf": "# x\n" * 100_000 + TABLE},
    "programs to run": {
        "m/main.tf": TABLE + 'resource "null_resource" "x" {\n  provisioner "local-exec" {\n'
        '    command = "touch pwned"\n  }\n}\n'
        'data "external" "x" {\n  program = ["touch", "pwned"]\n}\n'
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(attack: Attack, name: str) -> None:
    attack.write(REFUSED[name])
    assert attack("check", "m").code == 2


@pytest.mark.parametrize("name", CHECKED)
def test_checked(attack: Attack, name: str) -> None:
    attack.write(CHECKED[name])
    assert attack("check", "m").code == 1, "the table has no backups"


@pytest.mark.parametrize("name", ["a table with a name", "variables with names", "tags with names"])
def test_shown(attack: Attack, name: str) -> None:
    attack.write(CHECKED[name])
    for form in ((), ("--raw",), ("--format", "json")):
        assert attack("show", "m", *form).code == 0


def test_trees_are_searched_within_the_repository(attack: Attack) -> None:
    attack.write({f"a/{n}.tf": link("../../outside/secret.tf") for n in "xy"})
    attack.write({"a/main.tf": TABLE, "b/main.tf": call("./\\u0000"), "c/main.tf": call("./l")})
    attack.write({"c/l": link("l")})
    assert attack("check").code == 2
