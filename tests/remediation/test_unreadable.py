"""Where something may not be read, nothing is planned about it, and the rest is done."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from driftcheck.remediation.execute.outcome import Result
from tests.remediation.documents import Document, pairs
from tests.remediation.harness import Wish, World, carry_out, desired, direct_world, plan
from tests.simulator.account import Faults
from tests.simulator.build import put_table

pytestmark = pytest.mark.simulator


@pytest.fixture(scope="module")
def shared() -> World:
    return direct_world()


@pytest.mark.parametrize(
    ("denied", "about"),
    [
        ("dynamodb:DescribeContinuousBackups", "point_in_time_recovery"),
        ("dynamodb:DescribeTimeToLive", "ttl"),
        ("dynamodb:ListTagsOfResource", "tags"),
        ("dynamodb:GetResourcePolicy", "resource_policy"),
        ("dynamodb:ListContributorInsights", "contributor_insights"),
        ("dynamodb:DescribeKinesisStreamingDestination", "kinesis_streaming_destination"),
        ("application-autoscaling:DescribeScalableTargets", "autoscaling"),
        # Without these only a part of an aspect is unknown, and that only where there is scaling.
        ("application-autoscaling:DescribeScalingPolicies", None),
        ("application-autoscaling:DescribeScheduledActions", None),
        ("kms:DescribeKey", None),
    ],
)
@given(pair=pairs())
@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_a_read_that_is_denied(
    shared: World, denied: str, about: str | None, pair: tuple[Document, Document]
) -> None:
    live, wanted = pair
    shared.reset()
    put_table(shared.account, live)
    shared.account.faults = Faults(denied=frozenset({denied}))
    what = plan(shared, desired(wanted), Wish())
    outcome = carry_out(shared, what, Wish())
    assert [c for c in shared.account.writes() if c.static] == []
    if about is not None:
        assert any(denied in text for text in what.unknown)
        assert about not in {step.aspect for step in what.steps}
        bad = {s.result for s in outcome.steps if not s.result.done}
        # Scaling that cannot be seen may be in the way of what else is to be done.
        assert not bad or (about == "autoscaling" and bad <= {Result.FAILED, Result.SKIPPED})
