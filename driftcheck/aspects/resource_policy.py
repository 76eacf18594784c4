"""The policy that is attached to the table itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, absent, present
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.iam_policy import normal_policy, read_policy, same_policy
from driftcheck.aspects.reading import mapped, plain, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json

FIELD = "resource_policy"
RESOURCE = "aws_dynamodb_resource_policy"
GET_POLICY = "dynamodb:GetResourcePolicy"


class ResourcePolicy(Aspect):
    """``resource_policy``: an IAM policy document in normal form, None where there is none.

    Compared as a whole and by meaning; see ``iam_policy``. The policy of the table's
    stream is another document and not part of this.
    """

    name = FIELD
    title = "resource policy"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {FIELD: {"type": ["object", "null"]}}
    reads = (GET_POLICY,)
    writes = ("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy")
    atoms = (f"/{FIELD}",)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From an ``aws_dynamodb_resource_policy``."""
        draft.state((FIELD,), source.uncertain(RESOURCE), source.table, "")
        for resource in source.of_type(RESOURCE):
            if "/stream/" in str(plain(resource.get("/resource_arn"))):
                continue
            if resource.existence is None:
                policy = mapped(text(resource.get("/policy")), read_policy)
                draft.state((FIELD,), policy, resource, "/policy")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``GetResourcePolicy``; an empty answer is a table without a policy."""
        return {FIELD: mapped(text(facts.get(GET_POLICY).get("Policy")), read_policy)}

    def normalise(self, fragment: Fragment) -> Fragment:
        """The document that a person wrote, in normal form."""
        stated = fragment.get(FIELD)
        return {**fragment, FIELD: normal_policy(stated)} if isinstance(stated, dict) else fragment

    def across_regions(self, fragment: Fragment) -> None:
        """Each replica has a policy of its own, with ARNs of its own."""

    def equal(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """By what the documents allow and deny."""
        return same_policy(expected, actual)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """It decides who may read and write the data."""
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Another policy can lock callers out; none at all certainly does."""
        return Risk.DESTRUCTIVE if wanted is None else Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Who may do what to the table changes."""
        if wanted is None:
            return Consequence(pointer, "whoever had access by the policy alone loses it")
        return Consequence(pointer, "access to the table changes")

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """The whole document, or its removal. AWS refuses one that would lock its author out."""
        at = join(FIELD)
        if not ground.moved(at):
            return
        policy = ground.after(at)
        arguments: dict[str, Json] = {"ResourceArn": ground.arn}
        if policy is not None:
            arguments["Policy"] = json.dumps(policy, separators=(",", ":"))
        put = policy is not None
        yield Change(
            title="put the resource policy" if put else "delete the resource policy",
            operation="dynamodb:PutResourcePolicy" if put else "dynamodb:DeleteResourcePolicy",
            arguments=arguments,
            pointers=(at,),
            phase=Phase.LABEL,
            risk=self.gravest(ground, at),
            hazard="Callers may lose their access; AWS takes up to minutes to enforce it.",
            undo="Put the policy from before."
            if ground.before(at) is not None
            else "Delete the policy.",
            settles=(present(at) if put else absent(at),),
        )
