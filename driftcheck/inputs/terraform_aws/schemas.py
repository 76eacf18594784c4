"""The AWS provider's knowledge in the form that the evaluator asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from driftcheck.hcl.module.configured import ConfiguredBlock, Problem
from driftcheck.hcl.module.schema import BlockSchema, PlanRequest, ProviderUse
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Unknown, Value, null, object_value, string, unknown
from driftcheck.inputs.terraform_aws.adjustments import EXACT_PLAN, set_tags_all
from driftcheck.inputs.terraform_aws.checks import problems
from driftcheck.inputs.terraform_aws.data_sources import read
from driftcheck.inputs.terraform_aws.derived import Place, derive
from driftcheck.inputs.terraform_aws.facts import Facts, facts
from driftcheck.inputs.terraform_aws.newer import needs_newer
from driftcheck.inputs.terraform_aws.planning import Planner
from driftcheck.inputs.terraform_aws.regions import partition_of

#: Resource types that say something about a DynamoDB table.
SUPPORTED_TYPES = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_cloudwatch_metric_alarm",
        "aws_dynamodb_contributor_insights",
        "aws_dynamodb_global_secondary_index",
        "aws_dynamodb_kinesis_streaming_destination",
        "aws_dynamodb_resource_policy",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_dynamodb_tag",
        "aws_dynamodb_vector_index",
    }
)


@dataclass(frozen=True)
class AwsSchemas:
    """Schemas, plans and data sources of the AWS provider.

    ``account`` and ``region`` are the target's, where they are known; a provider
    block's own region goes first. ``exact_plan`` makes resources exactly as
    ``terraform plan`` shows them: identifiers and ARNs stay unknown until apply even
    where they follow from the arguments, and what the provider ignores is left out.
    """

    account: str | None = None
    region: str | None = None
    exact_plan: bool = False

    @staticmethod
    def is_supported(type_: str) -> bool:
        """Whether a resource type says something about a DynamoDB table."""
        return type_ in SUPPORTED_TYPES

    def resource(self, type_: str, names: frozenset[str]) -> BlockSchema | None:
        """The schema of a resource type in the provider version that the names need."""
        found = facts("resource", type_, needs_newer(type_, names))
        return None if found is None else found.schema

    def data_source(self, type_: str) -> BlockSchema | None:
        """The schema of a data source type."""
        found = facts("data", type_)
        return None if found is None else found.schema

    def provider(self, name: str) -> BlockSchema | None:
        """The schema of a provider block."""
        found = facts("provider", name)
        return None if found is None else found.schema

    @property
    def closed(self) -> bool:
        """Whether there is no newer provider that may know more arguments."""
        return self.exact_plan

    def problems(
        self, request: PlanRequest, block: ConfiguredBlock, ignored: frozenset[str]
    ) -> Iterator[Problem]:
        """What the provider refuses in a resource's configuration.

        What it may accept for a resource that exists is refused in an exact plan only.
        """
        ignored = frozenset() if self.exact_plan else ignored
        for problem in problems(request.type, block, self._facts(request).schema, ignored):
            if problem.certain or self.exact_plan:
                yield problem

    def plan(self, request: PlanRequest) -> Value:
        """The resource as it will be."""
        known = self._facts(request)
        planner = Planner(request.type, request.address, exact=self.exact_plan)
        values = dict(planner.complete(request.config, known).as_dict())
        set_tags_all(values, request.provider, request.address, exact=self.exact_plan)
        if self.exact_plan:
            adjust = EXACT_PLAN.get(request.type)
            if adjust is not None:
                adjust(values, request.address)
        else:
            derive(request.type, values, self._place(request))
        return object_value(values).with_marks(request.config.marks)

    def read(self, request: PlanRequest) -> Value:
        """The data source's result as far as it can be had without AWS."""
        known = facts("data", request.type)
        assert known is not None
        values = dict(request.config.as_dict())
        deferred = request.deferred if self.exact_plan else None
        found = {} if deferred is not None else read(request, self._place(request))
        for name, attribute in known.schema.attributes.items():
            if name in found:
                values[name] = found[name]
            elif attribute.computed and values[name].is_null:
                reason = deferred or f"{request.address}.{name} is read from AWS"
                values[name] = unknown(reason, attribute.type)
            elif name == "region" and values[name].is_null:
                values[name] = self._told(self.region_of(request.provider, request.config))
        return object_value(values)

    def region_of(self, provider: ProviderUse, config: Value) -> Value:
        """The region that a resource lives in: its own, its provider's, or the target's."""
        raw = config.raw
        own = raw.get("region") if isinstance(raw, dict) else None
        if own is not None and not own.is_null:
            return own
        if provider.name != "aws":
            return null(STRING)
        stated = provider.get("region")
        if stated is not None:
            return stated
        if self.region is not None:
            return string(self.region)
        return null(STRING)

    def newer(self, name: str, region: Value) -> Value | None:
        """The region, which every regional resource and data source of version 6 tells."""
        return self._told(region) if name == "region" else None

    @staticmethod
    def _told(region: Value) -> Value:
        return unknown("the region is not known", STRING) if region.is_null else region

    def _facts(self, request: PlanRequest) -> Facts:
        names = frozenset(request.config.as_dict())
        found = facts("resource", request.type, newer="region" in names)
        assert found is not None
        return found

    def _place(self, request: PlanRequest) -> Place:
        region = self.region_of(request.provider, request.config)
        name = None if isinstance(region.raw, Unknown) else region.raw
        if not isinstance(name, str):
            return Place(None, None, self.account)
        return Place(partition_of(name).name, name, self.account)
