"""Parts of specs that driftcheck writes itself."""

from __future__ import annotations

from driftcheck.model.values import Json
from driftcheck.spec.model import Target


def target_document(target: Target, account: str | None, region: str | None) -> dict[str, Json]:
    """A target as a spec states it, with the account and region that it was found to be."""
    place: dict[str, Json] = {"name": target.name, "account": account, "region": region}
    if target.profile is not None:
        place["profile"] = target.profile
    if target.assume_role:
        place["assume_role"] = [
            {
                "role_arn": role.role_arn,
                **({"external_id": role.external_id} if role.external_id else {}),
                "session_name": role.session_name,
            }
            for role in target.assume_role
        ]
    return place
