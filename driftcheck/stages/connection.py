"""What the stages need of AWS; ``driftcheck.aws`` provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from driftcheck.aspects.base import Facts
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import Spec, Target


class Connection(Protocol):
    """One account in one region."""

    @property
    def account(self) -> str:
        """The account that the credentials belong to."""

    @property
    def region(self) -> str:
        """The region that is asked."""

    def in_region(self, region: str) -> Connection:
        """The same account in another region. Raises ``AwsError`` when it cannot be had."""

    def table_names(self) -> Sequence[str]:
        """Every table there is. Raises ``AwsError`` when AWS does not say."""

    def facts(self, table: str) -> Facts:
        """The facts about a table, read anew."""

    def forget(self) -> None:
        """Read bulk answers anew from now on, because something may have changed."""


class Connector(Protocol):
    """Opens connections."""

    def open(self, spec: Spec, target: Target) -> Connection:
        """A connection to a target.

        Raises ``AwsError`` when it cannot be had, or when the account found is not
        the account named.
        """

    def api_calls(self) -> Mapping[str, ApiCalls]:
        """The calls made so far over all connections, by operation."""
