"""What the HCL evaluation has to know about the AWS provider."""

from __future__ import annotations

from collections.abc import Mapping

from driftcheck.hcl.module.schema import BlockSchema, PlanRequest, ProviderUse
from driftcheck.hcl.types import STRING, MapType
from driftcheck.hcl.values import Unknown, Value, map_value, null, string
from driftcheck.inputs import aws_data
from driftcheck.inputs.aws_plan import Completion
from driftcheck.inputs.aws_provider import Known, aws_provider

_TABLE = "aws_dynamodb_table"


class AwsSchemas:
    """``hcl.module.schema.ResourceSchemas`` for the AWS provider.

    ``account`` and ``region`` are where the code is evaluated for, as far as that is
    known: they stand where the provider configuration does not say. With ``exact``,
    resources are what a plan of provider 5.100 shows, and no more is known of them;
    otherwise a table's id and ARN, which follow from its name, are known as well.
    """

    def __init__(
        self, *, account: str | None = None, region: str | None = None, exact: bool = False
    ) -> None:
        self._account = account
        self._region = region
        self._exact = exact

    @staticmethod
    def is_supported(type_: str) -> bool:
        """Whether resources of this type say something about a table."""
        return type_ in aws_provider().resources

    def resource(self, type_: str) -> BlockSchema | None:
        """The schema of a resource type that describes a table, or that one refers to."""
        known = _known(type_)
        return known.schema if known is not None else None

    def data_source(self, type_: str) -> BlockSchema | None:
        """The schema of a data source that can be known without asking AWS."""
        known = aws_provider().data_sources.get(type_)
        return known.schema if known is not None else None

    def provider(self, name: str) -> BlockSchema | None:
        """The schema of the provider block, as far as it matters."""
        return aws_provider().configuration if name == "aws" else None

    def plan(self, request: PlanRequest) -> Value:
        """The resource as it will be, with the provider's defaults and default tags."""
        known = _known(request.type)
        assert known is not None
        config = request.config
        completion = Completion(request.address, self._exact)
        planned = completion.complete(config, known.schema, known.behaviour)
        if not isinstance(planned.raw, dict):
            return planned
        values = dict(planned.raw)
        if "tags_all" in values:
            values["tags_all"] = self._all_tags(values, request.provider)
        if request.type == _TABLE and not self._exact:
            values.update(self._identity(values, request.provider))
        return Value(planned.type, values, planned.marks)

    def read(self, request: PlanRequest) -> Value:
        """The data source's result, as far as it does not take AWS to know it."""
        region = self.region(request.provider)
        known: Mapping[str, Value] = {}
        if request.deferred is None:
            match request.type:
                case "aws_caller_identity":
                    known = aws_data.caller_identity(self._account)
                case "aws_region":
                    known = aws_data.region_data(request.config, region)
                case "aws_partition":
                    known = aws_data.partition_data(region)
                case "aws_default_tags":
                    known = {"tags": _default_tags(request.provider)}
                case "aws_iam_policy_document":
                    known = aws_data.policy_document(request.config)
        return aws_data.completed(request.config, dict(known), request.address)

    def region(self, provider: ProviderUse) -> Value:
        """The region that a provider configuration names, or else the target's."""
        if provider.name != "aws":
            return null(STRING)
        stated = provider.get("region")
        if stated is not None:
            return stated
        return null(STRING) if self._region is None else string(self._region)

    def _all_tags(self, values: Mapping[str, Value], provider: ProviderUse) -> Value:
        """The resource's own tags over the provider's; what the provider leaves open if none."""
        own, default = values["tags"], _default_tags(provider)
        if isinstance(own.raw, Unknown) or isinstance(default.raw, Unknown):
            return own if isinstance(own.raw, Unknown) else default
        merged = {**(default.raw or {}), **(own.raw or {})}  # type: ignore[dict-item]
        if not merged:
            return values["tags_all"]
        return map_value(STRING, merged).with_marks(own.marks | default.marks)

    def _identity(self, values: Mapping[str, Value], provider: ProviderUse) -> dict[str, Value]:
        """A table's id is its name, and its ARN is made of account, region and name."""
        name, region = values["name"], values["region"]
        if not isinstance(region.raw, str):
            region = self.region(provider)
        identity = {"id": name}
        if self._account and isinstance(name.raw, str) and isinstance(region.raw, str):
            partition = aws_data.partition_of(region.raw)
            arn = f"arn:{partition}:dynamodb:{region.raw}:{self._account}:table/{name.raw}"
            identity["arn"] = string(arn).with_marks(name.marks)
        return identity


def _known(type_: str) -> Known | None:
    provider = aws_provider()
    return provider.resources.get(type_) or provider.referenced.get(type_)


def _default_tags(provider: ProviderUse) -> Value:
    blocks = provider.get("default_tags")
    empty = map_value(STRING, {})
    if blocks is None or isinstance(blocks.raw, Unknown):
        return Value(MapType(STRING), blocks.raw) if blocks is not None else empty
    if not isinstance(blocks.raw, list) or not blocks.raw:
        return empty
    block = blocks.raw[0].raw
    tags = block.get("tags") if isinstance(block, dict) else None
    return empty if tags is None or tags.is_null else tags
