"""Specs: what they say, and one clear message for what they cannot say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.deletion_protection import DeletionProtection
from driftcheck.errors import SpecError, UsageError
from driftcheck.model.finding import Finding, Kind, Severity
from driftcheck.resources import data_root, reference_spec
from driftcheck.spec.contract import contract_table
from driftcheck.spec.load import find_specs, load_spec
from driftcheck.spec.model import Spec
from driftcheck.spec.schema import contract_schema, partial, spec_schema


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a module and a directory for specs."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "modules" / "table").mkdir(parents=True)
    (tmp_path / "specs").mkdir()
    return tmp_path


def written(repository: Path, text: str, name: str = "a.yaml") -> Path:
    path = repository / "specs" / name
    path.write_text(text, encoding="utf-8")
    return path


def read(repository: Path, text: str) -> Spec:
    return load_spec(written(repository, "version: 1\nname: a\n" + text))


def refused(repository: Path, text: str) -> str:
    path = written(repository, text)
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    return str(caught.value).replace(str(repository), "")


def test_a_whole_spec(repository: Path) -> None:
    (repository / "prod.tfvars").touch()
    spec = read(
        repository,
        """
module: ../modules/table
variables: {size: 1.5, tags: {a: b}}
var_files: [../prod.tfvars]
workspace: blue
table: orders
targets:
  - name: prod
    account: 012345678901
    region: eu-central-1
    environment: production
    profile: prod
    assume_role:
      - role_arn: arn:aws:iam::111111111111:role/hub
      - {role_arn: "arn:aws:iam::012345678901:role/read", external_id: xx, session_name: me}
    variables: {size: 2}
    workspace: green
    table: orders-prod
  - {name: test, account: 999999999999}
policies:
  packs: []
  include: [pitr-*]
  exclude: ["*-period"]
  parameters: {required-tags: {keys: [Owner]}}
waivers:
  - {rule: "tags-*", table: orders, reason: soon, owner: me, expires: 2027-01-31}
unmanaged: {exclude: ["tmp-*"]}
severity:
  - {rule: "tags-*", severity: info}
""",
    )
    assert spec.module == repository / "modules" / "table"
    assert spec.root == repository
    prod, test = spec.targets
    assert prod.account == "012345678901"
    assert test.account == "999999999999"
    assert [r.external_id for r in prod.assume_role] == [None, "xx"]
    assert [r.session_name for r in prod.assume_role] == ["driftcheck", "me"]
    assert spec.variables_for(prod) == {"size": 2, "tags": {"a": "b"}}
    assert spec.var_files_for(test) == (repository / "prod.tfvars",)
    assert (prod.tables, test.tables, spec.tables) == (("orders-prod",), (), ("orders",))
    assert (spec.table_for(prod), spec.table_for(test)) == ("orders-prod", "orders")
    assert spec.policies.selects("pitr-enabled", ("baseline",))
    assert not spec.policies.selects("pitr-recovery-period", ())
    assert not spec.policies.selects("other", ("baseline",))
    (waiver,) = spec.waivers
    assert waiver.expires == date(2027, 1, 31)
    assert waiver.location is not None
    assert waiver.location.line == 28
    assert spec.unmanaged.covers("orders")
    assert not spec.unmanaged.covers("tmp-x")
    (override,) = spec.severity
    finding = Finding(Kind.DRIFT, "tags-drift", Severity.HIGH, "")
    assert override.matches(finding)
    where = spec.where("/targets/1/account")
    assert where is not None
    assert where.line == 21


def test_what_a_spec_leaves_out(repository: Path) -> None:
    spec = read(repository, "")
    (target,) = spec.targets
    assert (target.name, target.account, target.region) == ("default", None, None)
    assert spec.policies.packs == ("baseline",)
    assert not spec.unmanaged.enabled
    assert contract_table(spec, "a") is None


def test_json_specs(repository: Path) -> None:
    path = written(repository, json.dumps({"version": 1, "name": "j"}), "j.json")
    assert load_spec(path).name == "j"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "/specs/a.yaml:1:1: this is not a spec: it must be a mapping."),
        ("name: a", "/specs/a.yaml:1:1: this is not a spec: it lacks the version. Add: version: 1"),
        (
            "version: 2\nname: a",
            "/specs/a.yaml:1:10: version 2 of the spec format is not known. "
            "This driftcheck reads version 1.",
        ),
        (
            "version: true",
            "/specs/a.yaml:1:10: version True of the spec format is not known. "
            "This driftcheck reads version 1.",
        ),
        ("version: 1", '/specs/a.yaml:1:1: the spec lacks "name".'),
        (
            "version: 1\nname: a\nmodul: x",
            '/specs/a.yaml:3:1: "modul" is not known in a spec. Did you mean "module"?',
        ),
        (
            "version: 1\nname: a\nmodule: ../modules/tabel",
            '/specs/a.yaml:3:9: there is no directory "../modules/tabel". '
            "The path is relative to the spec: looked for /modules/tabel.",
        ),
        (
            "version: 1\nname: a\nmodule: ../..",
            '/specs/a.yaml:3:9: "../.." lies outside the repository. Only what is in  is read.',
        ),
        (
            "version: 1\nname: a\nvar_files: [/etc/passwd]",
            '/specs/a.yaml:3:13: "/etc/passwd" lies outside the repository. '
            "Only what is in  is read.",
        ),
        (
            'version: 1\nname: a\nmodule: "a\\0b"',
            '/specs/a.yaml:3:9: "a\0b" lies outside the repository. Only what is in  is read.',
        ),
        (
            "version: 1\nname: a\ntargets: [{name: x}, {name: x}]",
            '/specs/a.yaml:3:29: the target name "x" is used twice. '
            "Reports tell targets apart by their names.",
        ),
        (
            "version: 1\nname: a\ntargets: [{name: x, account: 12345}]",
            '/specs/a.yaml:3:30: "account" is 12345, but must be at least 100000000000. '
            "The 12 digits of the account id.",
        ),
        (
            "version: 1\nname: a\nwaivers: [{rule: x, reason: y, expires: 2027-02-30}]",
            '/specs/a.yaml:3:41: "2027-02-30" is not a day of the calendar.',
        ),
        (
            "version: 1\nname: a\nwaivers: [{rule: x, expires: 2027-02-03}]",
            '/specs/a.yaml:3:11: element 1 of "waivers" lacks "reason".',
        ),
        (
            "version: 1\nname: a\ncontract: {table_clas: STANDARD}",
            '/specs/a.yaml:3:12: "table_clas" is not known in "contract". '
            'Did you mean "table_class"?',
        ),
        (
            "version: 1\nname: a\ncontract: {table_class: STANDART}",
            '/specs/a.yaml:3:25: "table_class" is "STANDART", but must be one of "STANDARD", '
            '"STANDARD_INFREQUENT_ACCESS", null. Did you mean "STANDARD"?',
        ),
        (
            "version: 1\nname: a\nendpoint_url: http://evil.example",
            '/specs/a.yaml:3:1: "endpoint_url" is not known in a spec. Known here: ',
        ),
    ],
)
def test_a_spec_that_is_refused(repository: Path, text: str, message: str) -> None:
    said = refused(repository, text)
    if message.endswith("Known here: "):
        assert said.startswith(message)
    else:
        assert said == message


def test_a_link_out_of_the_repository_is_refused(repository: Path) -> None:
    (repository / "modules" / "link").symlink_to("/etc")
    said = refused(repository, "version: 1\nname: a\nmodule: ../modules/link")
    assert "lies outside the repository" in said


def test_the_contract_becomes_a_partial_table(repository: Path) -> None:
    spec = read(
        repository,
        """
contract:
  point_in_time_recovery:
    enabled: true
  range_key: null
  stream_enabled: false
  stream_view_type: NEW_IMAGE
tables:
  - match: {name: "orders-*"}
    contract:
      point_in_time_recovery: {recovery_period_in_days: 7}
  - match: {address: module.b.*}
    contract: {deletion_protection_enabled: true}
""",
    )
    table = contract_table(spec, "orders-1", "module.b.aws_dynamodb_table.t")
    assert table is not None
    assert table.document() == {
        "name": "orders-1",
        "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 7},
        "range_key": None,
        "stream_enabled": False,
        # A disabled stream has no view type: normal form.
        "stream_view_type": None,
        "deletion_protection_enabled": True,
    }
    assert table.states("/range_key")
    assert not table.states("/hash_key")
    assert table.where("/point_in_time_recovery/enabled")[0].line == 6
    assert table.where("/point_in_time_recovery/recovery_period_in_days")[0].line == 13
    other = contract_table(spec, "invoices", "aws_dynamodb_table.t")
    assert other is not None
    assert not other.states("/deletion_protection_enabled")
    # The contracts themselves are untouched by having been laid over one another.
    assert contract_table(spec, "invoices", "aws_dynamodb_table.t") == other


def test_directories_of_specs(repository: Path) -> None:
    one, two = written(repository, "", "b.yml"), written(repository, "", "a.json")
    written(repository, "", "spec.schema.json")
    written(repository, "", "notes.md")
    assert find_specs([repository / "specs"]) == [two, one]
    assert find_specs([one, repository / "specs"]) == [one, two]
    with pytest.raises(UsageError, match="there is no spec"):
        find_specs([repository / "modules"])


def test_the_schema_is_a_schema_and_is_published() -> None:
    Draft202012Validator.check_schema(spec_schema())
    published = data_root() / "specs" / "spec.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == spec_schema(), (
        "run: driftcheck schema spec > specs/spec.schema.json"
    )


def test_the_reference_spec_is_valid_and_carries_the_editor_hint() -> None:
    path = reference_spec()
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=spec.schema.json"
    spec = load_spec(path)
    assert spec.name == "invoices"
    assert contract_table(spec, "invoices") is not None


def test_every_field_of_every_aspect_can_be_stated_and_denied() -> None:
    fields = contract_schema()["properties"]
    assert set(fields) == {field for aspect in ASPECTS for field in aspect.fields}
    for name in fields:
        errors = list(Draft202012Validator(contract_schema()).iter_errors({name: None}))
        assert not errors, name


def test_a_new_aspect_extends_the_schema() -> None:
    schema = contract_schema([DeletionProtection()])
    assert set(schema["properties"]) == {"deletion_protection_enabled"}


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"type": "string"}, ["a", None], [1]),
        ({"type": ["string", "null"]}, ["a", None], [1]),
        ({"enum": ["a", "b"]}, ["a", None], ["c"]),
        ({"const": 3}, [3, None], [4]),
        ({"anyOf": [{"type": "string"}, {"type": "boolean"}]}, ["a", True, None], [1]),
        (
            {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
            [{}, {"x": None}, None],
            [{"x": 1}],
        ),
        (
            {"type": "object", "additionalProperties": {"type": "object", "minProperties": 1}},
            [{"a": {}}, {"a": None}],
            [{"a": 1}],
        ),
        (
            {"type": "object", "patternProperties": {"^x": {"type": "string"}}},
            [{"x": None}],
            [{"x": 1}],
        ),
        (
            {"type": "array", "items": {"type": "object", "required": ["a"]}},
            [None, [{"a": 1}]],
            [[{}], [None]],
        ),
    ],
)
def test_partial_schemas(schema: dict[str, Any], accepted: list[Any], refused: list[Any]) -> None:
    validator = Draft202012Validator(partial(schema))
    assert [v for v in accepted if not validator.is_valid(v)] == []
    assert [v for v in refused if validator.is_valid(v)] == []
