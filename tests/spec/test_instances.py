"""``for_each``, patterns, regions and the choice of aspects in a spec."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from driftcheck.errors import SpecError
from driftcheck.spec import instances
from driftcheck.spec.load import load_spec, load_specs
from driftcheck.spec.model import Spec
from driftcheck.spec.schema import spec_schema


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a directory for specs."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "eu.tfvars").touch()
    return tmp_path


def specs(repository: Path, text: str) -> tuple[Spec, ...]:
    path = repository / "a.yaml"
    path.write_text("version: 1\n" + text, encoding="utf-8")
    return load_specs(path)


def refused(repository: Path, text: str) -> str:
    with pytest.raises(SpecError) as caught:
        specs(repository, text)
    return str(caught.value).replace(str(repository), "")


def test_a_spec_for_every_element_of_a_list(repository: Path) -> None:
    found = specs(
        repository,
        """
name: tenants
for_each: [acme, globex]
table: orders-${each.key}
contract:
  tags: {Tenant: "${each.value}", Literal: "$${each.value}", Other: "${aws:username}"}
""",
    )
    assert [(s.name, s.tables) for s in found] == [
        ('tenants["acme"]', ("orders-acme",)),
        ('tenants["globex"]', ("orders-globex",)),
    ]
    [contract] = found[1].contracts
    assert contract.settings["tags"] == {
        "tags": {"Literal": "${each.value}", "Other": "${aws:username}", "Tenant": "globex"}
    }
    assert contract.locations["/tags/Tenant"][0].line == 7


def test_a_spec_for_every_element_of_a_map_keeps_types(repository: Path) -> None:
    found = specs(
        repository,
        """
name: in-${each.key}
for_each:
  eu: {account: "111111111111", regions: [eu-central-1, eu-west-1], size: 3, on: true}
  us: {account: "222222222222", regions: [us-east-1], size: 4, on: false}
variables: {size: "${each.value.size}", text: "${each.value.size}-${each.value.on}"}
targets:
  - {name: prod, account: "${each.value.account}", regions: "${each.value.regions}"}
contract: {deletion_protection_enabled: "${each.value.on}"}
""",
    )
    eu, us = found
    assert (eu.name, us.name) == ("in-eu", "in-us")
    assert eu.variables == {"size": 3, "text": "3-true"}
    assert [(t.name, t.account, t.region) for t in eu.targets] == [
        ("prod-eu-central-1", "111111111111", "eu-central-1"),
        ("prod-eu-west-1", "111111111111", "eu-west-1"),
    ]
    assert us.contracts[0].settings["deletion_protection"] == {"deletion_protection_enabled": False}
    assert eu.where("/targets/0/regions/1") is not None


def test_a_file_with_one_element_is_one_spec(repository: Path) -> None:
    specs(repository, "name: a\nfor_each: [x]\n")
    assert load_spec(repository / "a.yaml").name == 'a["x"]'
    specs(repository, "name: a\nfor_each: [x, y]\n")
    with pytest.raises(SpecError, match="makes 2 specs"):
        load_spec(repository / "a.yaml")


def test_without_for_each_nothing_is_a_placeholder(repository: Path) -> None:
    [spec] = specs(repository, "name: a\nvariables: {x: '${each.key}'}\n")
    assert spec.variables == {"x": "${each.key}"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("for_each: []\n", '"for_each" must not be empty.'),
        ("for_each: [a, a]\n", "holds the same element twice"),
        ("for_each: 3\n", '"for_each" is 3, which has none of the accepted forms.'),
        ("for_each: [a]\nnothing: 1\n", '"nothing" is not known'),
        ("for_each: [a]\ntable: 't-${each.name}'\n", "a.yaml:4:8: ${each.name} names nothing."),
        ("for_each: [a]\ntable: 't-${each}'\n", '"${each}" is not a placeholder.'),
        ("for_each: [a]\ntable: 't-${each.key'\n", "is not a placeholder."),
        ("for_each: [a]\ntable: '${each.value.x}'\n", "The element is not a map."),
        (
            "for_each: {a: {size: 1}}\ntable: '${each.value.sise}'\n",
            'a.yaml:4:8: ${each.value.sise} names nothing in the element "a". Did you mean "size"?',
        ),
        ("for_each: {a: {x: 1}}\ntable: 't-${each.value}'\n", "is not a text, a number"),
        ("for_each: [a]\nvariables: {'${each.key}': 1}\n", "holds a placeholder"),
        (
            "for_each: {a: 7}\ncontract: {ttl: {enabled: '${each.value}'}}\n",
            'a.yaml:4:27: "enabled" must be true or false or null, not 7. In the instance for "a".',
        ),
        (
            "targets: [{name: x, region: eu-west-1, regions: [eu-west-2]}]\n",
            'a target has "region" or "regions", not both.',
        ),
        (
            "targets: [{name: x, regions: [eu-west-1]}, {name: x-eu-west-1}]\n",
            'the target name "x-eu-west-1" is used twice.',
        ),
        ("table: []\n", '"table" must not be empty.'),
        ("aspects: {exclude: [tagz]}\n", 'no aspect is called "tagz". Did you mean "tags"?'),
        (
            "aspects: {include: [keys]}\ncontract: {tags: {A: b}}\n",
            'a.yaml:4:18: "tags" is stated here, but the aspect "tags" is left out',
        ),
    ],
)
def test_what_is_refused(repository: Path, text: str, message: str) -> None:
    assert message in refused(repository, "name: a\n" + text)


def test_instances_are_bounded(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = ", ".join(f"t{i}" for i in range(instances.MAX_INSTANCES + 1))
    assert "at most 1000 are taken" in refused(repository, f"name: a\nfor_each: [{many}]\n")
    monkeypatch.setattr(instances, "MAX_VALUES", 20)
    assert "more than 20 values" in refused(
        repository, "name: a\nfor_each: [p, q, r]\nvariables: {a: 1, b: 2, c: [3, 4, 5]}\n"
    )
    wide = "{k: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}"
    assert "more than 20 values" in refused(
        repository,
        f"name: a\nfor_each: {wide}\nvariables: {{a: '${{each.value}}', b: '${{each.value}}'}}\n",
    )


def test_several_tables_and_patterns(repository: Path) -> None:
    [spec] = specs(
        repository,
        "name: a\ntable: [orders, 'invoice-*']\ntargets: [{name: x, table: 'o-?'}, {name: y}]\n",
    )
    x, y = spec.targets
    assert spec.tables_for(x) == ("o-?",)
    assert spec.tables_for(y) == ("orders", "invoice-*")
    assert (spec.table_for(x), spec.table_for(y)) == (None, None)


def test_the_choice_of_aspects(repository: Path) -> None:
    [spec] = specs(repository, "name: a\naspects: {exclude: ['resource_*', tags]}\n")
    assert not spec.aspects.covers("resource_policy")
    assert not spec.aspects.covers("tags")
    assert spec.aspects.covers("keys")
    [spec] = specs(repository, "name: a\naspects: {include: [keys]}\n")
    assert spec.aspects.covers("keys")
    assert not spec.aspects.covers("tags")


def test_an_editor_accepts_a_template() -> None:
    template = {
        "version": 1,
        "name": "a",
        "for_each": {"eu": "111111111111"},
        "targets": [{"name": "x", "account": "${each.value}"}],
    }
    validator = Draft202012Validator(spec_schema())
    assert validator.is_valid(template)
    assert not validator.is_valid({k: v for k, v in template.items() if k != "for_each"})
