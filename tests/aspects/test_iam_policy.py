"""What policies mean, however they are written."""

from __future__ import annotations

import json

import pytest

from driftcheck.aspects.iam_policy import MAX_LENGTH, normal_policy, read_policy, same_policy
from driftcheck.model.values import Json, Unknown


def policy(**statement: Json) -> Json:
    base = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
    return normal_policy({"Version": "2012-10-17", "Statement": [{**base, **statement}]})


SAME = [
    ("one action or a list of it", {"Action": "a:B"}, {"Action": ["a:B"]}),
    ("actions in any order", {"Action": ["a:B", "a:C"]}, {"Action": ["a:C", "a:B"]}),
    ("actions twice", {"Action": ["a:B", "a:B"]}, {"Action": ["a:B"]}),
    ("actions in any letter case", {"Action": "dynamodb:GETITEM"}, {"Action": "DynamoDB:getItem"}),
    ("a label or none", {"Sid": "x"}, {}),
    ("everybody", {"Principal": "*"}, {"Principal": {"AWS": "*"}}),
    (
        "an account or its root",
        {"Principal": {"AWS": "123456789012"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
    ),
    (
        "the root in another partition",
        {"Principal": {"AWS": ["arn:aws-cn:iam::123456789012:root"]}},
        {"Principal": {"AWS": "123456789012"}},
    ),
    (
        "conditions with single values, numbers and booleans",
        {"Condition": {"Bool": {"k": True}, "NumericLessThan": {"n": 5}}},
        {"Condition": {"NumericLessThan": {"n": ["5"]}, "Bool": {"k": "true"}}},
    ),
    (
        "condition operators and keys in any letter case",
        {"Condition": {"StringEquals": {"aws:SourceArn": "x"}}},
        {"Condition": {"stringequals": {"AWS:sourcearn": ["x"]}}},
    ),
    ("an empty condition or none", {"Condition": {}}, {}),
]
DIFFERENT = [
    ("effects", {"Effect": "Deny"}, {}),
    ("resources in another letter case", {"Resource": "arn:T"}, {"Resource": "arn:t"}),
    ("an action and all but that", {"Action": "a:B"}, {"Action": None, "NotAction": "a:B"}),
    ("principals", {"Principal": {"AWS": "1"}}, {"Principal": {"AWS": "2"}}),
    ("kinds of principals", {"Principal": {"Service": "x"}}, {"Principal": {"AWS": "x"}}),
    ("everybody of AWS, and nobody", {"Principal": "*"}, {}),
    (
        "values of conditions in another letter case",
        {"Condition": {"StringEquals": {"k": "A"}}},
        {"Condition": {"StringEquals": {"k": "a"}}},
    ),
    (
        "a role and its account",
        {"Principal": {"AWS": "123456789012"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/r"}},
    ),
]


@pytest.mark.parametrize(("one", "other"), [p[1:] for p in SAME], ids=[p[0] for p in SAME])
def test_these_mean_the_same(one: dict[str, Json], other: dict[str, Json]) -> None:
    assert same_policy(policy(**one), policy(**other))
    assert same_policy(policy(**other), policy(**one))


@pytest.mark.parametrize(
    ("one", "other"), [p[1:] for p in DIFFERENT], ids=[p[0] for p in DIFFERENT]
)
def test_these_do_not(one: dict[str, Json], other: dict[str, Json]) -> None:
    assert not same_policy(policy(**one), policy(**other))


def test_a_single_statement_needs_no_list() -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert normal_policy({"Statement": statement}) == normal_policy({"Statement": [statement]})


def test_saying_it_twice_changes_nothing() -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    once, twice = ({"Statement": [statement] * n} for n in (1, 2))
    assert same_policy(normal_policy(once), normal_policy(twice))


def test_another_version_reads_variables_differently() -> None:
    assert not same_policy(
        normal_policy({"Version": "2012-10-17", "Statement": []}), normal_policy({"Statement": []})
    )


def test_normal_form_stays_as_it_is() -> None:
    once = policy(Principal="*", Condition={"Bool": {"k": False}}, Sid="s")
    assert normal_policy(once) == once


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[" * 50_000, "not valid JSON"),
        ("[]", "not a JSON object"),
        (json.dumps({"x": "y" * MAX_LENGTH}), "longer than AWS allows"),
    ],
)
def test_what_is_no_policy_is_unknown_and_certainly_there(text: str, reason: str) -> None:
    found = read_policy(text)
    assert isinstance(found, Unknown)
    assert found.certainly_set
    assert reason in found.reason


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement": 5}',
        '{"Statement": null}',
        '{"Statement": ["x", null, 3]}',
        '{"Statement": {"Action": null}}',
        '{"Statement": {"Action": [null, {"a": 1}], "Principal": 7, "Condition": []}}',
        '{"Statement": {"Condition": {"Bool": 5}, "Principal": {"AWS": [1, null]}}}',
    ],
)
def test_a_policy_that_makes_no_sense_is_read_and_compared_all_the_same(text: str) -> None:
    found = read_policy(text)
    assert same_policy(found, read_policy(text))
