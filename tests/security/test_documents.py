"""Hostile specs, policies and settings."""

from __future__ import annotations

import json

import pytest

from tests.security.conftest import EVIL, TABLE, Attack, Files, fifo, link

SPEC = "version: 1\nname: a\nmodule: ../m\n"
MODULE: Files = {"m/main.tf": TABLE}

LAUGHS = "variables:\n  a0: &a0 [1, 1]\n" + "".join(
    f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 15)
)
SPECS: dict[str, Files] = {
    "aliases without end": {"s.yaml": SPEC + LAUGHS},
    "an alias of itself": {"s.yaml": "version: 1\nname: a\nvariables: &a\n  x: *a\n"},
    "deep": {"s.yaml": SPEC + "variables: {x: " + "[" * 5000 + "]" * 5000 + "}\n"},
    "deep JSON": {"s.json": "[" * 100_000},
    "a tag that runs": {"s.yaml": SPEC + "table: !!python/object/apply:os.system [touch pwned]\n"},
    "large": {"s.yaml": SPEC + "#" + "x" * 2_000_000},
    "many keys": {"s.yaml": SPEC + "\n".join(f"k{i}: 1" for i in range(20_000))},
    "a huge number": {"s.json": '{"version": 1, "name": "a", "table": 1e999999999}'},
    "many digits": {"s.json": '{"version": ' + "9" * 100_000 + "}"},
    "no number": {"s.json": '{"version": NaN}'},
    "a key with a name": {"s.json": json.dumps({"version": 1, "name": "a", EVIL: 1})},
    "control characters": {"s.yaml": SPEC + "\x1b[31m: 1\n"},
    "NUL": {"s.yaml": SPEC + "a\x00b: 1\n"},
    "UTF-16": {"s.yaml": SPEC.encode("utf-16")},
    "a module outside": {"s.yaml": "version: 1\nname: a\nmodule: ../../outside\n"},
    "a module named NUL": {"s.yaml": 'version: 1\nname: a\nmodule: "../m\\0"\n'},
    "a long module": {"s.yaml": "version: 1\nname: a\nmodule: " + "a/" * 5000 + "\n"},
    "a module that is a loop": {
        "s.yaml": "version: 1\nname: a\nmodule: l\n",
        "l": link("l"),
    },
    "variables outside": {"s.yaml": SPEC + "var_files: [../../outside/secret.tfvars]\n"},
    "a spec outside": {"s.yaml": link("../../outside/secret.yaml")},
    "a spec of JSON outside": {"s.json": link("../../outside/secret.json")},
    "a spec that is a loop": {"s.yaml": link("s.yaml")},
    "a pipe": {"s.yaml": fifo},
    "a device": {"s.yaml": link("/dev/zero")},
}

SETTINGS: dict[str, str] = {
    "deep": "a = " + "[" * 50_000,
    "deep tables": "a = " + "{a = " * 5000,
    "a key of many parts": "a" + ".a" * 100_000 + " = 1",
    "many digits": "fail-on = " + "9" * 10_000,
    "large": "#" + "x" * 3_000_000,
    "a setting with a name": f"{json.dumps(EVIL)} = 1",
    "specs outside": 'specs = ["../outside"]',
    "specs named NUL": 'specs = ["a\\u0000"]',
    "specs in a loop": 'specs = ["loop"]',
    "policies in a loop": 'policies = ["loop"]',
    "a long name": f'specs = ["{"a" * 5000}"]',
    "a name": 'specs = ["\\u001b[31m"]',
}

#: Names of tables are matched by patterns of the spec: this one must not take long.
SLOW_PATTERN = "*a" * 40 + "b"

POLICY = """version: 1
id: evil
title: t
severity: low
rationale: r
remediation: r
must: MUST
examples:
  - {name: a, expect: pass, document: {hash_key: "TEXT"}}
  - {name: b, expect: fail, document: {}}
"""
TEXT = "a" * 300 + "!"


def refers(count: int, twice: bool) -> str:
    """Definitions of which each refers to the next one, once or twice."""
    steps = {
        f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * (2 if twice else 1)}
        for i in range(count)
    }
    return json.dumps({"$defs": {**steps, f"a{count}": {}}, "$ref": "#/$defs/a0"})


def at(keyword: object) -> str:
    return json.dumps({"properties": {"hash_key": keyword}})


SCHEMAS: dict[str, str] = {
    "from the network": '{"$ref": "http://127.0.0.1:9/x.json"}',
    "from a file": '{"$ref": "file:///etc/passwd"}',
    "from beside": '{"$ref": "x.json"}',
    "no address": '{"$ref": "http://[::1"}',
    "itself": '{"$ref": "#"}',
    "each other": json.dumps(
        {
            "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
            "$ref": "#/$defs/a",
        }
    ),
    "nowhere": '{"$ref": "#/$defs/nowhere"}',
    "doubled": refers(20, twice=True),
    "doubled more": refers(40, twice=True),
    "a long chain": refers(3000, twice=False),
    "an anchor": '{"$id": "http://127.0.0.1:9/", "$ref": "#x"}',
    "a dynamic reference": '{"$dynamicRef": "#x"}',
    "a format": '{"format": "regex"}',
    "a pattern that is none": at({"pattern": "("}),
    "a pattern that looks around": at({"pattern": "(?=a)"}),
    "a pattern that grows": at({"pattern": "((a{100}){100}){100}"}),
    "a pattern of names": '{"patternProperties": {"(": {}}}',
    "a number for a pattern": at({"pattern": 5}),
    **{
        f"{keyword} of {value}": json.dumps({keyword: value})
        for keyword, value in (
            *(("type", 5), ("type", "x"), ("required", 5), ("enum", 5), ("properties", [])),
            *(("anyOf", 5), ("allOf", [5]), ("anyOf", []), ("not", 5), ("if", 5), ("items", 5)),
            *(("prefixItems", 5), ("contains", 5), ("minContains", "x"), ("uniqueItems", 5)),
            *(("minimum", "a"), ("multipleOf", 0), ("multipleOf", "a"), ("maxLength", "x")),
            *(("dependentRequired", 5), ("dependentSchemas", {"a": 5}), ("$defs", [1])),
            *(("$ref", 5), ("$ref", ["a"]), ("propertyNames", 5), ("additionalProperties", 5)),
            *(("equalsField", 5), ("equalsField", "x"), ("lessThanMember", 5), ("maximumAge", "x")),
            *(
                ("const", {"$parameter": [1]}),
                ("const", {"$parameter": "x"}),
                ("maximumAge", 1e300),
            ),
            *(("accountIn", 5), ("ordered", 5), ("ordered", [{}]), ("notSetByCode", 5)),
        )
    },
}
PARAMETERS = {
    "from the network": '{"$ref": "http://127.0.0.1:9/x"}',
    "from a file": '{"$ref": "file:///etc/hostname"}',
    "itself": '{"$ref": "#"}',
    "an unknown keyword": '{"foo": 1}',
    # Python's own engine would take the age of the universe.
    "a slow pattern": '{"pattern": "^(a+)+$"}',
}


@pytest.mark.parametrize("name", SPECS)
def test_specs(attack: Attack, name: str) -> None:
    attack.write({**MODULE, **{f"specs/{file}": text for file, text in SPECS[name].items()}})
    [file] = [f for f in SPECS[name] if f.startswith("s.")]
    readable = ("/dev/zero",) if name == "a device" else ()
    if name != "a pipe":
        assert attack("check", f"specs/{file}", readable=readable).code == 2
    if not callable(SPECS[name][file]):
        assert attack("scan", "--region", "eu-central-1").code == 2


def test_patterns_of_names_take_no_time(attack: Attack) -> None:
    spec = SPEC + (
        f'unmanaged: {{include: ["{SLOW_PATTERN}"]}}\n'
        f'tables: [{{match: {{name: "{SLOW_PATTERN}"}}, contract: {{read_capacity: 1}}}}]\n'
    )
    attack.write({"m/main.tf": TABLE.replace('"t"\n', f'"{"a" * 250}"\n', 1), "specs/s.yaml": spec})
    assert attack("check").code == 1


def test_settings(attack: Attack) -> None:
    attack.write({**MODULE, "specs/s.yaml": SPEC, "loop": link("loop")})
    for name, text in SETTINGS.items():
        attack.write({"driftcheck.toml": text})
        assert attack("check").code == 2, name


def test_settings_outside(attack: Attack) -> None:
    attack.write({**MODULE, "driftcheck.toml": link("../outside/secret.yaml")})
    assert attack("check", "m").code == 2


def policy(schema: str, text: str = TEXT) -> str:
    return POLICY.replace("MUST", schema).replace("TEXT", text)


def test_policies(attack: Attack) -> None:
    for name, schema in SCHEMAS.items():
        attack.write({"p/x.yaml": policy(schema)})
        done = attack("policies", "test", "--policies", "p")
        assert done.code == 2, (name, done)


def test_a_slow_pattern_is_matched_soon(attack: Attack) -> None:
    attack.write({"p/x.yaml": policy(at({"pattern": "^(a+)+$"}))})
    assert attack("policies", "test", "evil", "--policies", "p").code == 1


def test_parameters(attack: Attack) -> None:
    for name, schema in PARAMETERS.items():
        default = json.dumps("a" * 40 + "!")
        declared = f"parameters: {{k: {{default: {default}, schema: {schema}}}}}\n"
        attack.write({"p/x.yaml": policy("{}") + declared})
        done = attack("policies", "test", "--policies", "p")
        assert done.code == 2, (name, done)


def test_parameters_of_specs_and_examples(attack: Attack) -> None:
    """What a parameter puts into a schema is held against the same bounds."""
    declared = 'parameters: {k: {default: "a", schema: {}}}\n'
    schema = '{"properties": {"hash_key": {"pattern": {"$parameter": "k"}}}}'
    attack.write({**MODULE, "p/x.yaml": policy(schema) + declared})
    for value in ('"("', "5", '{"$ref": "#"}'):
        chosen = f"{{packs: [], include: [evil], parameters: {{evil: {{k: {value}}}}}}}"
        spec = f"{SPEC}policies: {chosen}\n"
        attack.write({"specs/s.yaml": spec})
        assert attack("check", "--policies", "p").code == 2, value
        example = f"  - {{name: c, expect: fail, document: {{}}, parameters: {{k: {value}}}}}\n"
        attack.write({"q/x.yaml": policy(schema) + example + declared})
        assert attack("policies", "test", "--policies", "q").code == 2, value


def test_policies_that_are_no_files(attack: Attack) -> None:
    for maker in (fifo, link("x.yaml"), link("/dev/zero"), link("../../outside/secret.yaml")):
        (attack.root / "p" / "x.yaml").unlink(missing_ok=True)
        attack.write({"p/x.yaml": maker})
        assert attack("policies", "list", "--policies", "p").code == 2


def test_titles_are_printed_as_text(attack: Attack) -> None:
    hostile = policy("{}").replace("title: t", f"title: {json.dumps(EVIL)}")
    attack.write({"p/x.yaml": hostile.replace("name: b", f"name: {json.dumps(EVIL)}")})
    for action in ("list", "show", "test"):
        attack("policies", action, "evil", "--policies", "p")


def test_policies_that_look_as_if_they_had_been_kept(attack: Attack) -> None:
    """The cache marks what JSON has no form for; a policy may hold such a mark itself."""
    attack.write(MODULE)
    for value in ("{$decimal: abc}", "{$unknown: [a, true, b]}", '{$decimal: ["1"]}'):
        example = f"  - {{name: c, expect: fail, document: {{hash_key: {value}}}}}\n"
        attack.write({"p/x.yaml": policy("{}") + example})
        for _ in range(2):
            cache = {"DRIFTCHECK_NO_CACHE": "0", "DRIFTCHECK_CACHE_DIR": str(attack.root / "c")}
            assert attack("check", "m", "--policies", "p", environment=cache).code == 1
