"""What the AWS provider refuses in a resource's arguments, as far as the files show it.

These are the provider's own checks, seen in plans of version 5.100: wrong words,
arguments that exclude each other, numbers that are out of range. What only AWS
finds wrong is not among them. Nothing is said of values that are not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from driftcheck.hcl.module.configured import ConfiguredBlock, Problem
from driftcheck.hcl.module.schema import BlockSchema
from driftcheck.hcl.types import NUMBER, ListType, SetType
from driftcheck.hcl.values import Unknown, Value
from driftcheck.inputs.terraform_aws import rules as r
from driftcheck.inputs.terraform_aws.planning import is_newer_kit
from driftcheck.inputs.terraform_aws.table_checks import table_problems

_TRACKING = "target_tracking_scaling_policy_configuration"
_STEPS = "step_scaling_policy_configuration"
_COUNT_UNITS = ("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None")
_SIZES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
_BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
_RATES = tuple(f"{one}/Second" for one in (*_SIZES, *_BITS, "Count"))
_UNIT = r.one_of(*_COUNT_UNITS, *_SIZES, *_BITS, *_RATES)
_SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_PROJECTION = r.one_of("ALL", "KEYS_ONLY", "INCLUDE")
_CLASS = r.one_of("STANDARD", "STANDARD_INFREQUENT_ACCESS")
_NAME = r.length(1, 255)


def _simple_or_extended(value: Value) -> str | None:
    return r.one_of(*_SIMPLE)(value) and r.statistic(value)


#: Rules by resource type and path of the argument.
RULES: dict[str, dict[str, r.Rule]] = {
    "aws_dynamodb_table": {
        "attribute.type": r.one_of("S", "N", "B"),
        "billing_mode": r.one_of("PROVISIONED", "PAY_PER_REQUEST"),
        "global_secondary_index.projection_type": _PROJECTION,
        "import_table.input_compression_type": r.one_of("GZIP", "ZSTD", "NONE"),
        "import_table.input_format": r.one_of("DYNAMODB_JSON", "ION", "CSV"),
        "local_secondary_index.projection_type": _PROJECTION,
        "point_in_time_recovery.recovery_period_in_days": r.between(1, 35),
        "replica.kms_key_arn": r.arn,
        "restore_date_time": r.timestamp,
        "restore_source_table_arn": r.arn,
        "server_side_encryption.kms_key_arn": r.arn,
        "stream_view_type": r.one_of(
            "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", ""
        ),
        "table_class": _CLASS,
    },
    "aws_dynamodb_table_replica": {
        "global_table_arn": r.arn,
        "kms_key_arn": r.arn,
        "table_class_override": _CLASS,
    },
    "aws_dynamodb_kinesis_streaming_destination": {
        "approximate_creation_date_time_precision": r.one_of("MILLISECOND", "MICROSECOND"),
        "stream_arn": r.arn,
    },
    "aws_dynamodb_resource_policy": {"policy": r.json_text, "resource_arn": r.arn_shape},
    "aws_appautoscaling_policy": {
        "name": r.length(0, 255),
        f"{_TRACKING}.customized_metric_specification.statistic": r.one_of(*_SIMPLE),
        f"{_TRACKING}.predefined_metric_specification.resource_label": r.length(0, 1023),
    },
    "aws_appautoscaling_scheduled_action": {
        "end_time": r.timestamp,
        "scalable_target_action.max_capacity": r.whole_text,
        "scalable_target_action.min_capacity": r.whole_text,
        "start_time": r.timestamp,
    },
    "aws_cloudwatch_metric_alarm": {
        "alarm_actions": r.alarm_action,
        "alarm_description": r.length(0, 1024),
        "alarm_name": _NAME,
        "comparison_operator": r.one_of(
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
            "LessThanLowerOrGreaterThanUpperThreshold",
            "LessThanLowerThreshold",
            "GreaterThanUpperThreshold",
        ),
        "datapoints_to_alarm": r.between(1),
        "evaluate_low_sample_count_percentiles": r.one_of("evaluate", "ignore"),
        "evaluation_periods": r.between(1),
        "extended_statistic": r.statistic,
        "insufficient_data_actions": r.alarm_action,
        "metric_name": _NAME,
        "metric_query.account_id": _NAME,
        "metric_query.expression": r.length(1, 1024),
        "metric_query.id": _NAME,
        "metric_query.metric.metric_name": _NAME,
        "metric_query.metric.namespace": _NAME,
        "metric_query.metric.period": r.period(1, 5, 10, 20, 30),
        "metric_query.metric.stat": _simple_or_extended,
        "metric_query.metric.unit": _UNIT,
        "metric_query.period": r.period(1, 5, 10, 20, 30),
        "namespace": _NAME,
        "ok_actions": r.alarm_action,
        "period": r.period(10, 20, 30),
        "statistic": r.one_of(*_SIMPLE),
        "treat_missing_data": r.one_of("breaching", "ignore", "missing", "notBreaching"),
        "unit": _UNIT,
    },
}

#: Arguments and blocks of which at most one may be set: an argument, and its rivals.
CONFLICTS: dict[str, dict[str, tuple[str, ...]]] = {
    "aws_dynamodb_table": {
        "import_table": ("restore_source_name", "restore_source_table_arn"),
        "on_demand_throughput": ("read_capacity", "write_capacity"),
        "restore_source_name": ("restore_source_table_arn",),
    },
    "aws_cloudwatch_metric_alarm": {
        "extended_statistic": ("statistic", "metric_query"),
        "metric_query": ("metric_name", "namespace", "period", "statistic", "dimensions"),
        "threshold": ("threshold_metric_id",),
    },
}

#: Numbers that need not be whole.
_FRACTIONS = frozenset({"threshold", "target_value"})


def problems(
    type_: str, block: ConfiguredBlock, schema: BlockSchema, ignored: frozenset[str]
) -> Iterator[Problem]:
    """What the provider refuses in a resource's configuration.

    ``ignored`` are the attributes whose changes Terraform is told to ignore.
    """
    older_kit = not is_newer_kit(type_)
    if older_kit and block.is_set("id"):
        yield Problem("Invalid or unknown key.", '"id" cannot be set.', block.place("id"))
    yield from _block_problems(block, schema, "", RULES.get(type_, {}), older_kit)
    for name, rivals in CONFLICTS.get(type_, {}).items():
        yield from _conflicts(block, name, rivals)
    match type_:
        case "aws_dynamodb_table":
            yield from table_problems(block, ignored)
        case "aws_cloudwatch_metric_alarm":
            yield from _alarm_problems(block)
        case "aws_appautoscaling_policy":
            for inner in block.blocks(_TRACKING) or ():
                kind = "customized_metric_specification"
                yield from _conflicts(inner, kind, ("predefined_metric_specification",))
        case "aws_appautoscaling_scheduled_action":
            for inner in block.blocks("scalable_target_action") or ():
                if not inner.is_set("min_capacity") and not inner.is_set("max_capacity"):
                    yield Problem(
                        "Missing required argument.",
                        'One of "min_capacity" and "max_capacity" must be set.',
                        inner.place(),
                    )


def _block_problems(
    block: ConfiguredBlock,
    schema: BlockSchema,
    path: str,
    found: Mapping[str, r.Rule],
    older_kit: bool,
) -> Iterator[Problem]:
    """Each argument of a block and of the blocks inside it, by the rules for its path."""
    for name, attribute in schema.attributes.items():
        value = block.value(name)
        if value.raw is None or isinstance(value.raw, Unknown):
            continue
        members = value.raw if isinstance(value.raw, list) else [value]
        nulls = isinstance(attribute.type, ListType | SetType) and any(m.is_null for m in members)
        if nulls and older_kit:
            yield Problem(
                "Null value found in list.",
                f'No element of "{name}" may be null.',
                block.place(name),
            )
        rule = r.duration if path == "timeouts." else found.get(path + name)
        whole = attribute.type == NUMBER and name not in _FRACTIONS
        for check in (rule, r.whole_number if whole else None):
            wrong = None if check is None else _first_wrong(members, check)
            if wrong is not None:
                yield Problem(f'Invalid value for "{name}".', f"{wrong}.", block.place(name))
    for name, nested in schema.blocks.items():
        inside = f"{path}{name}."
        if nested.nesting == "map":
            continue
        for inner in block.blocks(name) or ():
            yield from _block_problems(inner, nested.block, inside, found, older_kit)


def _first_wrong(members: list[Value], check: r.Rule) -> str | None:
    """What is wrong with the first of some values that breaks a rule."""
    for member in members:
        if not member.is_null and not member.is_unknown:
            wrong = check(member)
            if wrong is not None:
                return wrong
    return None


def _conflicts(block: ConfiguredBlock, name: str, rivals: tuple[str, ...]) -> Iterator[Problem]:
    if not _is_there(block, name):
        return
    for rival in rivals:
        if _is_there(block, rival):
            yield Problem(
                "Conflicting configuration arguments.",
                f'"{rival}" conflicts with "{name}": only one of them can be set.',
                block.place(rival),
            )


def _is_there(block: ConfiguredBlock, name: str) -> bool:
    """Whether an argument is certainly set, or a block certainly there."""
    if block.is_unknown(name):
        return False
    if block.origin.attribute(name) is None:
        return bool(block.blocks(name))
    return block.is_set(name)


def _alarm_problems(block: ConfiguredBlock) -> Iterator[Problem]:
    queries = block.blocks("metric_query")
    named = ("metric_name", "statistic", "extended_statistic")
    metric, *statistics = (block.is_set(name) for name in named)
    if queries == [] and metric and not any(statistics):
        yield Problem(
            "One of `statistic` or `extended_statistic` must be set.",
            "An alarm on a metric needs one of them.",
            block.place(),
        )
    for query in queries or ():
        if query.text("expression") and _is_there(query, "metric"):
            yield Problem(
                "No metric_query may have both an expression and a metric.",
                "Put them into two metric_query blocks.",
                query.place("expression"),
            )
