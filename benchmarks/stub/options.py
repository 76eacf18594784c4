"""What the stub can be told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

#: An access key whose account is written in it; see ``access_key``.
_ACCOUNT = re.compile(r"\d{12}")
FAULTS = ("internal", "throttled", "dropped")


class Place(NamedTuple):
    """One account in one region."""

    account: str = "123456789012"
    region: str = "eu-central-1"


class Limit(NamedTuple):
    """A token bucket: ``rate`` calls per second in the long run, ``burst`` at once."""

    rate: float
    burst: float


@dataclass(frozen=True, slots=True)
class Options:
    """How the imitated AWS is.

    ``tables`` are in each of ``places``; anywhere else there are none. ``latency`` is
    the time in seconds from a request to its answer. ``limits`` hold for an operation
    in each place, ``faults`` is the share of calls that fail for a moment, in the ways
    of ``fault_kinds``, and ``denied`` are the ``ACCOUNT/OPERATION`` that are refused,
    either of which may be ``*``. Operations are named as in IAM.

    ``scaled``, ``drifted`` and ``alarmed`` are shares of the tables: with provisioned
    capacity and autoscaling, with a setting that the reference spec forbids, with an
    alarm. ``insight_pages`` is how many empty pages ``ListContributorInsights`` gives.
    ``session_seconds`` is how long the credentials of an assumed role last.
    """

    tables: int = 100
    prefix: str = "invoice-"
    places: tuple[Place, ...] = (Place(),)
    latency: float = 0.0
    limits: Mapping[str, Limit] = field(default_factory=dict)
    faults: float = 0.0
    fault_kinds: tuple[str, ...] = FAULTS
    denied: tuple[str, ...] = ()
    scaled: float = 0.1
    drifted: float = 0.02
    alarmed: float = 0.1
    insight_pages: int = 5
    session_seconds: int = 3600
    seed: int = 1

    def to_json(self) -> str:
        """The options as text, for the stub's own process."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Options:
        """What ``to_json`` wrote."""
        raw = json.loads(text)
        raw["places"] = tuple(Place(*p) for p in raw["places"])
        raw["limits"] = {name: Limit(*limit) for name, limit in raw["limits"].items()}
        raw["fault_kinds"] = tuple(raw["fault_kinds"])
        raw["denied"] = tuple(raw["denied"])
        return Options(**raw)


def access_key(account: str) -> str:
    """An access key that the stub takes for one of this account."""
    return f"AKIA{account}STUB"


def account_of(key: str, otherwise: str) -> str:
    """The account that an access key belongs to."""
    found = _ACCOUNT.search(key)
    return found[0] if found else otherwise
