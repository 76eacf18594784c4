"""The table's tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, absent, equals
from driftcheck.aspects.reading import plain
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import child
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Sensitive, Unknown

#: Keys that belong to AWS itself, and to driftcheck's own marks on tables it made.
RESERVED = ("aws:", "driftcheck:")

#: Tags that AWS allows on a table.
_MOST = 50


class Tags(Aspect):
    """``tags`` by key, with those of the provider's ``default_tags``.

    ``tags_all`` is what Terraform sends; where a source does not give it, ``tags``
    is taken. Keys that begin with ``aws:`` or ``driftcheck:`` are nobody's drift.
    """

    name = "tags"
    title = "tags"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tags": {"type": "object", "additionalProperties": {"type": "string"}}
    }
    reads = ("dynamodb:ListTagsOfResource",)
    writes = ("dynamodb:TagResource", "dynamodb:UntagResource")

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the table's arguments and from ``aws_dynamodb_tag`` resources."""
        table = source.table
        field = "tags" if table.get("/tags_all") is None else "tags_all"
        declared = table.get(f"/{field}")
        known = plain(declared)
        uncertain = source.uncertain("aws_dynamodb_tag")
        if isinstance(known, Unknown) or uncertain is not None:
            draft.state(("tags",), uncertain or known, table, "/tags")
            return
        draft.state(("tags",), {}, table, "/tags")
        for key, value in (known or {}).items():
            if value is None or key.startswith(RESERVED):
                continue
            secret = isinstance(declared, Sensitive) or isinstance(
                table.get(child("/tags", key)), Sensitive
            )
            shown = Sensitive(value) if secret and not isinstance(value, Sensitive) else value
            at = child("/tags", key)
            stated = at in table.locations or field == "tags"
            draft.state(("tags", key), shown, table, at if stated else child("/tags_all", key))
            draft.trace(("tags", key), table, at)
        for tag in source.of_type("aws_dynamodb_tag"):
            key = plain(tag.get("/key"))
            if isinstance(key, Unknown):
                draft.state(("tags",), key, tag, "/key")
                return
            if not str(key).startswith(RESERVED):
                value = _of_a_replica(tag, table) or tag.get("/value")
                draft.state(("tags", str(key)), value, tag, "/value")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``ListTagsOfResource`` or what stands in for it (the Tagging API)."""
        answer = facts.get("dynamodb:ListTagsOfResource").get("Tags") or []
        return self.normalise({"tags": {t["Key"]: t.get("Value", "") for t in answer}})

    def normalise(self, fragment: Fragment) -> Fragment:
        """Without the reserved keys."""
        tags = fragment.get("tags")
        if not isinstance(tags, dict):
            return fragment
        kept = {key: value for key, value in sorted(tags.items()) if not key.startswith(RESERVED)}
        return {**fragment, "tags": kept}

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Tags steer cost allocation and sometimes access, never the data."""
        return Severity.LOW

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Access rules may hang on a tag that is taken away."""
        return Risk.DISRUPTIVE if wanted is None else Risk.SAFE

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """One call sets, another takes away; what is reserved is left alone."""
        before, after = ground.before("/tags") or {}, ground.after("/tags") or {}
        gone = sorted(key for key, value in before.items() if after.get(key) is None)
        put = {k: v for k, v in sorted(after.items()) if v is not None and before.get(k) != v}
        if len([k for k, v in after.items() if v is not None]) > _MOST:
            yield Impossible(
                tuple(child("/tags", key) for key in put),
                f"a table has at most {_MOST} tags",
                "Take tags away, in the code or on the table.",
            )
            put = {}
        if gone:
            places = tuple(child("/tags", key) for key in gone)
            yield Change(
                title=f"remove the tag{'s' if len(gone) > 1 else ''} {', '.join(gone)}",
                operation="dynamodb:UntagResource",
                arguments={"ResourceArn": ground.arn, "TagKeys": gone},
                pointers=places,
                phase=Phase.LABEL,
                risk=self.gravest(ground, *places),
                hazard="Access rules and the allocation of costs may depend on them.",
                undo="Set them again.",
                settles=tuple(absent(place) for place in places),
            )
        if put:
            places = tuple(child("/tags", key) for key in put)
            # What is sensitive in the code stays so in the plan.
            shown = {key: ground.wanted.get(child("/tags", key)) for key in put}
            yield Change(
                title=f"set the tag{'s' if len(put) > 1 else ''} {', '.join(put)}",
                operation="dynamodb:TagResource",
                arguments={
                    "ResourceArn": ground.arn,
                    "Tags": [{"Key": key, "Value": value} for key, value in shown.items()],
                },
                pointers=places,
                phase=Phase.LABEL,
                risk=self.gravest(ground, *places),
                hazard="Access rules may depend on them.",
                undo="Set the values from before, or remove them.",
                requires=tuple(absent(child("/tags", key)) for key in gone)
                if len({**before, **put}) > _MOST
                else (),
                settles=tuple(equals(child("/tags", key), value) for key, value in shown.items()),
            )


def _of_a_replica(tag: Resource, table: Resource) -> Unknown | None:
    """Why a tag resource that refers to a table may be about a replica of it; None if it is not.

    The provider's documentation tags replicas by putting another region into the
    table's ARN.
    """
    arn = plain(tag.get("/resource_arn"))
    if not isinstance(arn, Unknown):
        return None
    own = table.address.partition("[")[0]
    others = [r for r in tag.references.get("/resource_arn", ()) if not r.startswith(own)]
    if not others:
        return None
    return Unknown(f"{tag.address} may be about a replica of the table: {arn.reason}")
