"""Data sources that need no AWS: pure computation, or known from the target."""

from __future__ import annotations

from collections.abc import Callable

from driftcheck.errors import HclError
from driftcheck.hcl.module.schema import PlanRequest
from driftcheck.hcl.render import to_plain
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Unknown, Value, map_value, string, unmark_deep
from driftcheck.inputs.terraform_aws import policy_document
from driftcheck.inputs.terraform_aws.adjustments import default_tags
from driftcheck.inputs.terraform_aws.derived import Place
from driftcheck.inputs.terraform_aws.regions import DESCRIPTIONS, partition_of

Result = dict[str, Value]
Reader = Callable[[PlanRequest, Place], Result]


def read(request: PlanRequest, place: Place) -> Result:
    """What is known of a data source's result, by attribute; nothing for most types."""
    reader = _READERS.get(request.type)
    return {} if reader is None else reader(request, place)


def _argument(request: PlanRequest, name: str) -> str | None:
    raw = request.config.as_dict()[name].raw
    return raw if isinstance(raw, str) else None


def _texts(**values: str | None) -> Result:
    return {name: string(text) for name, text in values.items() if text is not None}


def _region(request: PlanRequest, place: Place) -> Result:
    config = request.config.as_dict()
    asked = [n for n in ("name", "endpoint", "region") if n in config and not config[n].is_null]
    region = place.region
    if asked:
        region = next((_argument(request, n) for n in asked if n != "endpoint"), None)
    if region is None:
        return {}
    return _texts(
        name=region,
        id=region,
        description=DESCRIPTIONS.get(region),
        endpoint=f"ec2.{region}.{partition_of(region).dns_suffix}",
    )


def _partition(_request: PlanRequest, place: Place) -> Result:
    if place.region is None:
        return {}
    partition = partition_of(place.region)
    return _texts(
        partition=partition.name,
        id=partition.name,
        dns_suffix=partition.dns_suffix,
        reverse_dns_prefix=partition.reverse_dns_prefix,
    )


def _caller_identity(_request: PlanRequest, place: Place) -> Result:
    return _texts(account_id=place.account, id=place.account)


def _arn(request: PlanRequest, _place: Place) -> Result:
    text = _argument(request, "arn")
    parts = (text or "").split(":", 5)
    if text is None or len(parts) != 6:
        return {}
    names = ("partition", "service", "region", "account", "resource")
    return _texts(id=text, **dict(zip(names, parts[1:], strict=True)))


def _default_tags(request: PlanRequest, _place: Place) -> Result:
    tags = default_tags(request.provider)
    if tags.is_null:
        tags = map_value(STRING, {})
    return {"tags": tags} if not isinstance(tags.raw, Unknown) else {}


def _policy_document(request: PlanRequest, _place: Place) -> Result:
    """The JSON of a policy, where every argument of it is known."""
    if not request.config.wholly_known:
        return {}
    marks = request.config.all_marks()
    config = to_plain(unmark_deep(request.config))
    try:
        indented, minified = policy_document.render(config)
    except policy_document.OddPolicy:
        return {}
    except policy_document.PolicyError as error:
        raise HclError(
            f"{request.address}: invalid policy document: {error}.", None, "Correct the document."
        ) from error
    result = {
        name: string(text).with_marks(marks)
        for name, text in (("json", indented), ("minified_json", minified))
    }
    if config.get("version") is None:
        result["version"] = string("2012-10-17")
    return result


_READERS: dict[str, Reader] = {
    "aws_arn": _arn,
    "aws_caller_identity": _caller_identity,
    "aws_default_tags": _default_tags,
    "aws_iam_policy_document": _policy_document,
    "aws_partition": _partition,
    "aws_region": _region,
}
