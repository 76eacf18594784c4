"""Whatever is wrong: one clear message, exit code 2, no traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.cli.conftest import MODULE, SPEC, Program


def failure(cli: Program, *arguments: str) -> str:
    done = cli(*arguments)
    assert done.code == 2, done
    assert done.out == ""
    return done.err


def message(cli: Program, *arguments: str) -> str:
    """The one message, after the progress that was shown until then."""
    said = failure(cli, *arguments).removeprefix("reading orders (test)\n")
    assert said.startswith("driftcheck: ")
    return said.removeprefix("driftcheck: ").rstrip("\n")


def test_no_such_spec(cli: Program) -> None:
    assert message(cli, "scan", "none.yaml") == "none.yaml: there is no such file."


def test_broken_hcl(cli: Program) -> None:
    cli.write("module/main.tf", MODULE + '\nresource "x" {\n')
    said = message(cli, "scan", "--sandbox", "specs")
    assert said.startswith("module/main.tf:2")
    assert message(cli, "show", "module").startswith("module/main.tf:2")


def test_a_spec_against_its_schema(cli: Program) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("targets", "tragets"))
    assert message(cli, "scan") == (
        'specs/orders.yaml:6:1: "tragets" is not known in a spec. Did you mean "targets"?'
    )


def test_a_version_in_quotes(cli: Program) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("version: 1", 'version: "1"'))
    assert message(cli, "scan") == (
        'specs/orders.yaml:2:10: the version is the text "1". Write it without quotes: version: 1'
    )


@pytest.mark.parametrize("command", ["scan", "show", "check", "provision"])
def test_terraform_code_where_a_spec_is_meant(cli: Program, command: str) -> None:
    assert message(cli, command, "module/main.tf") == (
        "module/main.tf: this is Terraform code and no spec. Name its directory."
    )


def test_yaml_that_is_none(cli: Program) -> None:
    cli.write("specs/orders.yaml", "version: 1\nname: [\n")
    assert message(cli, "scan").startswith("specs/orders.yaml:3:1: this is not valid YAML")


def test_an_unknown_variable_in_the_spec(cli: Program) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("{name: orders}", "{name: orders, nam: x}"))
    said = message(cli, "scan", "--sandbox", "specs")
    assert said.startswith("specs/orders.yaml:5:")
    assert '"nam"' in said


def test_an_unknown_variable_on_the_command_line(cli: Program) -> None:
    said = message(cli, "show", "module", "--var", "nmae=x")
    assert 'no variable "nmae"' in said
    assert 'Did you mean "name"?' in said


def test_a_variable_without_a_value_in_the_option(cli: Program) -> None:
    assert "write --var NAME=VALUE" in message(cli, "show", "module", "--var", "name")


def test_a_required_variable_without_a_value(cli: Program) -> None:
    said = message(cli, "show", "module")
    assert said.startswith("module/main.tf:2:1: No value for the required variable name.")
    cli.write("specs/orders.yaml", SPEC.replace("variables: {name: orders}\n", ""))
    assert "No value for the required variable name" in message(cli, "scan", "--sandbox", "specs")


def test_no_such_variable_file(cli: Program) -> None:
    assert "none.tfvars: there is no such file" in message(
        cli, "show", "module", "--var-file", "none.tfvars"
    )


def test_no_such_module(cli: Program) -> None:
    assert message(cli, "show", "nothing") == "nothing is no directory."
    cli.write("specs/orders.yaml", SPEC.replace("../module", "../modul"))
    assert message(cli, "scan").startswith(
        'specs/orders.yaml:4:9: there is no directory "../modul".'
    )


def test_a_module_outside_of_the_repository(cli: Program) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("../module", "../../.."))
    assert "lies outside the repository" in message(cli, "scan")


def test_no_credentials(cli: Program) -> None:
    assert message(cli, "scan").startswith("there are no AWS credentials. Set AWS_PROFILE or")


def test_no_region(cli: Program, aws: None) -> None:
    cli.write("specs/orders.yaml", SPEC.replace(", region: eu-central-1", ""))
    assert message(cli, "scan").startswith("there is no AWS region. Name one in the spec's target")


def test_a_profile_that_is_not_there(cli: Program) -> None:
    assert "The config profile (zz) could not be found" in message(cli, "scan", "--profile", "zz")


def test_another_account(cli: Program, aws: None) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("123456789012", "999999999999"))
    assert message(cli, "scan") == (
        "the credentials belong to the account 123456789012, but the target test of "
        "specs/orders.yaml is the account 999999999999."
    )


def test_an_endpoint_where_nobody_answers(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    # botocore waits longer and longer between its attempts.
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        said = message(cli, "scan", "--endpoint-url", url)
    assert said.startswith(f"nobody answers at {url} (Could not connect")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["scan", "--bogus"], "No such option: --bogus"),
        (["scan", "--fail-on", "bad"], "'bad' is not one of 'info'"),
        (["scan", "--poll-interval", "x"], "--poll-interval"),
        (["schema"], "Missing argument"),
        (["schema", "bogus"], "'bogus' is not one of"),
    ],
)
def test_usage(cli: Program, arguments: list[str], said: str) -> None:
    assert said in failure(cli, *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "bogus"], '--format: "bogus" is not one of text, json'),
        (["--format", "json", "--format", "text"], "json and text cannot both go to standard out"),
        (["--format", "json="], "there is no directory to write that file into"),
        (["--format", "json=none/x.json"], "there is no directory to write that file into"),
        (["--format", "json=specs"], "there is no directory to write that file into"),
        (["--sandbox", "--endpoint-url", "http://x"], "exclude each other"),
        (["--endpoint-url", "x"], "give a whole URL"),
        (["--policies", "none"], "none: there is no such directory of policies"),
    ],
)
def test_options_that_make_no_sense(cli: Program, arguments: list[str], said: str) -> None:
    assert said in message(cli, "scan", *arguments)


def test_a_region_that_contradicts_the_spec(cli: Program, aws: None) -> None:
    assert "--region us-east-1 contradicts the target test" in failure(
        cli, "scan", "--region", "us-east-1"
    )


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ("packs: [basline]", 'there is no pack "basline". Did you mean "baseline"?'),
        ("include: [pitr-enbaled]", 'no policy is called "pitr-enbaled". Did you mean "pitr-e'),
        ("exclude: [nothing-*]", 'no policy is called "nothing-*".'),
        ("parameters: {required-tag: {}}", 'Did you mean "required-tags"?'),
        ("parameters: {required-tags: {key: []}}", 'has no parameter "key". Did you mean "keys"?'),
        ("parameters: {required-tags: {keys: 5}}", "is not of type 'array'"),
    ],
)
def test_policies_that_are_not_there(cli: Program, policies: str, said: str) -> None:
    cli.write("specs/orders.yaml", SPEC.replace("packs: []", policies))
    found = message(cli, "scan")
    assert found.startswith("specs/orders.yaml:8:")
    assert said in found


def test_two_specs_of_one_name(cli: Program) -> None:
    cli.write("specs/zz.yaml", SPEC)
    assert message(cli, "scan") == (
        'specs/zz.yaml:3:7: the spec name "orders" is taken. It is also that of '
        "specs/orders.yaml; reports tell specs apart by name."
    )


def test_control_characters_in_messages_are_escaped(cli: Program) -> None:
    assert "\\x1b[31m" in message(cli, "scan", "a\x1b[31mb.yaml")


def test_a_file_that_cannot_be_written(cli: Program, aws: None) -> None:
    cli("provision", "specs/orders.yaml")
    link = Path(cli.root / "link.json")
    link.symlink_to(cli.root / "none" / "x.json")
    done = cli("scan", "--format", "json=link.json")
    assert done.code == 2
    assert "link.json: cannot be written: No such file or directory." in done.err
