"""Which resources are told to configure which table."""

from __future__ import annotations

from typing import Any

import pytest

from driftcheck.inputs.joining import join_resources
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.values import Json, Unknown

LATER = Unknown("decided later")


def resource(address: str, values: dict[str, Json], **more: Any) -> Resource:
    type_ = address.split("[", maxsplit=1)[0].split(".")[-2]
    return Resource(address, type_, address.rsplit(".", maxsplit=1)[-1], values, **more)


def table(address: str, name: Json, **more: Any) -> Resource:
    return resource(address, {"name": name}, **more)


def target(address: str, resource_id: Json, **more: Any) -> Resource:
    values = {
        "service_namespace": "dynamodb",
        "resource_id": resource_id,
        "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
    }
    return resource(address, values, **more)


def joined(*resources: Resource, region: str | None = "eu-west-1") -> dict[str, list[str]]:
    found = join_resources(resources, region=region)
    return {t.table.address: [r.address for r in t.related] for t in found}


def doubts(*resources: Resource) -> dict[str, list[str]]:
    found = join_resources(resources, region="eu-west-1")
    return {t.table.address: sorted(t.unjoined) for t in found}


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("aws_dynamodb_contributor_insights", {"table_name": "t"}),
        (
            "aws_dynamodb_contributor_insights",
            {"table_name": "arn:aws:dynamodb:eu-west-1:1:table/t"},
        ),
        ("aws_dynamodb_kinesis_streaming_destination", {"table_name": "t"}),
        ("aws_dynamodb_global_secondary_index", {"table_name": "t"}),
        ("aws_dynamodb_tag", {"resource_arn": "arn:aws-cn:dynamodb:eu-west-1:1:table/t"}),
        ("aws_dynamodb_resource_policy", {"resource_arn": "arn:aws:dynamodb:eu-west-1:1:table/t"}),
        ("aws_appautoscaling_target", {"service_namespace": "dynamodb", "resource_id": "table/t"}),
        (
            "aws_appautoscaling_policy",
            {"service_namespace": "dynamodb", "resource_id": "table/t/index/i"},
        ),
        (
            "aws_appautoscaling_scheduled_action",
            {"service_namespace": "dynamodb", "resource_id": "table/t"},
        ),
        (
            "aws_cloudwatch_metric_alarm",
            {"namespace": "AWS/DynamoDB", "dimensions": {"TableName": "t"}},
        ),
    ],
)
def test_a_resource_belongs_to_the_table_that_it_names(type_: str, values: dict[str, Json]) -> None:
    one = resource(f"{type_}.x", values)
    found = joined(table("aws_dynamodb_table.t", "t"), table("aws_dynamodb_table.u", "u"), one)
    assert found == {"aws_dynamodb_table.t": [one.address], "aws_dynamodb_table.u": []}


def test_names_are_the_same_through_modules() -> None:
    found = joined(
        table("module.a.module.b.aws_dynamodb_table.t", "t"),
        target("module.c.aws_appautoscaling_target.x", "table/t"),
    )
    assert found == {
        "module.a.module.b.aws_dynamodb_table.t": ["module.c.aws_appautoscaling_target.x"]
    }


def test_a_name_in_another_region_is_another_table() -> None:
    found = joined(
        table("aws_dynamodb_table.here", "t"),
        table("aws_dynamodb_table.there", "t", region="us-east-1"),
        target("aws_appautoscaling_target.x", "table/t"),
        target("aws_appautoscaling_target.y", "table/t", region="us-east-1"),
    )
    assert found == {
        "aws_dynamodb_table.here": ["aws_appautoscaling_target.x"],
        "aws_dynamodb_table.there": ["aws_appautoscaling_target.y"],
    }


def test_of_tables_that_cannot_be_told_apart_the_one_of_the_same_provider_is_meant() -> None:
    found = joined(
        table("aws_dynamodb_table.a", "t", provider="aws"),
        table("aws_dynamodb_table.b", "t", provider="aws.other_account"),
        target("aws_appautoscaling_target.x", "table/t", provider="aws.other_account"),
    )
    assert found == {
        "aws_dynamodb_table.a": [],
        "aws_dynamodb_table.b": ["aws_appautoscaling_target.x"],
    }


def test_an_arn_says_its_region_itself() -> None:
    tag = resource(
        "aws_dynamodb_tag.x", {"resource_arn": "arn:aws:dynamodb:us-east-1:1:table/t", "key": "k"}
    )
    assert joined(table("aws_dynamodb_table.t", "t"), tag) == {"aws_dynamodb_table.t": []}


def test_a_replica_belongs_to_the_table_in_another_region() -> None:
    replica = resource(
        "aws_dynamodb_table_replica.x",
        {"global_table_arn": "arn:aws:dynamodb:eu-west-1:1:table/t"},
        region="us-east-1",
    )
    assert joined(table("aws_dynamodb_table.t", "t"), replica) == {
        "aws_dynamodb_table.t": ["aws_dynamodb_table_replica.x"]
    }


def test_what_belongs_to_no_table_of_the_code_is_nobodys() -> None:
    found = joined(
        table("aws_dynamodb_table.t", "t"),
        target("aws_appautoscaling_target.x", "table/elsewhere"),
        resource(
            "aws_appautoscaling_target.ecs",
            {"service_namespace": "ecs", "resource_id": "service/c/t"},
        ),
    )
    assert found == {"aws_dynamodb_table.t": []}


def test_an_alarm_may_watch_two_tables() -> None:
    queries = [
        {"id": name, "metric": [{"namespace": "AWS/DynamoDB", "dimensions": {"TableName": name}}]}
        for name in ("t", "u")
    ]
    alarm = resource("aws_cloudwatch_metric_alarm.x", {"metric_query": queries})
    found = joined(table("aws_dynamodb_table.t", "t"), table("aws_dynamodb_table.u", "u"), alarm)
    assert found == {
        "aws_dynamodb_table.t": [alarm.address],
        "aws_dynamodb_table.u": [alarm.address],
    }


def test_an_unknown_name_with_one_reference_is_that_table() -> None:
    found = joined(
        table("aws_dynamodb_table.t", LATER),
        table("aws_dynamodb_table.u", LATER),
        target(
            "aws_appautoscaling_target.x",
            LATER,
            references={"/resource_id": ("aws_dynamodb_table.t",)},
        ),
    )
    assert found["aws_dynamodb_table.t"] == ["aws_appautoscaling_target.x"]
    assert found["aws_dynamodb_table.u"] == []


def test_references_are_followed_through_other_resources() -> None:
    found = joined(
        table("aws_dynamodb_table.t", LATER),
        table("aws_dynamodb_table.u", LATER),
        target(
            "aws_appautoscaling_target.x",
            LATER,
            references={"/resource_id": ("aws_dynamodb_table.t.name", "aws_dynamodb_table.t")},
        ),
        resource(
            "aws_appautoscaling_policy.y",
            {"service_namespace": "dynamodb", "resource_id": LATER},
            references={"/resource_id": ("aws_appautoscaling_target.x",)},
        ),
    )
    assert found["aws_dynamodb_table.t"] == [
        "aws_appautoscaling_target.x",
        "aws_appautoscaling_policy.y",
    ]


def test_references_in_a_circle_end() -> None:
    one = target(
        "aws_appautoscaling_target.x",
        LATER,
        references={"/resource_id": ("aws_appautoscaling_policy.y",)},
    )
    other = resource(
        "aws_appautoscaling_policy.y",
        {"service_namespace": "dynamodb", "resource_id": LATER},
        references={"/resource_id": ("aws_appautoscaling_target.x",)},
    )
    assert joined(table("aws_dynamodb_table.t", "t"), one, other) == {"aws_dynamodb_table.t": []}


def test_each_instance_belongs_to_the_table_of_its_own_key() -> None:
    found = joined(
        table('aws_dynamodb_table.t["a"]', LATER),
        table('aws_dynamodb_table.t["b"]', LATER),
        target(
            'aws_appautoscaling_target.x["b"]',
            LATER,
            references={"/resource_id": ("aws_dynamodb_table.t", "each.key")},
        ),
    )
    assert found['aws_dynamodb_table.t["a"]'] == []
    assert found['aws_dynamodb_table.t["b"]'] == ['aws_appautoscaling_target.x["b"]']


def test_an_unknown_name_that_may_mean_several_tables_is_a_doubt_about_those() -> None:
    one = target(
        "aws_appautoscaling_target.x", LATER, references={"/resource_id": ("aws_dynamodb_table.t",)}
    )
    found = doubts(
        table('aws_dynamodb_table.t["a"]', LATER),
        table('aws_dynamodb_table.t["b"]', LATER),
        table("aws_dynamodb_table.other", "other"),
        one,
    )
    assert found == {
        'aws_dynamodb_table.t["a"]': ["aws_appautoscaling_target"],
        'aws_dynamodb_table.t["b"]': ["aws_appautoscaling_target"],
        "aws_dynamodb_table.other": [],
    }


def test_an_unknown_name_without_references_is_a_doubt_about_every_table_of_the_region() -> None:
    found = doubts(
        table("aws_dynamodb_table.t", "t"),
        table("aws_dynamodb_table.u", "u", region="us-east-1"),
        target("aws_appautoscaling_target.x", LATER),
    )
    assert found == {
        "aws_dynamodb_table.t": ["aws_appautoscaling_target"],
        "aws_dynamodb_table.u": [],
    }


def test_a_doubt_says_which_resource_and_why() -> None:
    (found,) = join_resources(
        [table("aws_dynamodb_table.t", "t"), target("aws_appautoscaling_target.x", LATER)]
    )
    why = found.uncertain("aws_appautoscaling_target")
    assert why is not None
    assert why.reason == "aws_appautoscaling_target.x may belong to this table: decided later"
    assert found.uncertain("aws_dynamodb_tag") is None


def test_an_unknown_service_may_be_dynamodb() -> None:
    one = resource(
        "aws_appautoscaling_target.x", {"service_namespace": LATER, "resource_id": "table/t"}
    )
    assert joined(table("aws_dynamodb_table.t", "t"), one) == {
        "aws_dynamodb_table.t": ["aws_appautoscaling_target.x"]
    }


def test_tables_come_in_the_order_of_their_addresses() -> None:
    found: list[TerraformTable] = join_resources(
        [table("aws_dynamodb_table.b", "b"), table("aws_dynamodb_table.a", "a")],
        account="123456789012",
        region="eu-west-1",
    )
    assert [t.table.address for t in found] == ["aws_dynamodb_table.a", "aws_dynamodb_table.b"]
    assert [(t.account, t.region) for t in found] == [("123456789012", "eu-west-1")] * 2
