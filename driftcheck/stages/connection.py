"""What the stages need of AWS; ``driftcheck.aws`` provides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from driftcheck.aspects.base import Facts
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import Spec, Target

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Connection(Protocol):
    """One account in one region. Every method may be called from several threads at a time."""

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

    def prefetch(self, operations: Iterable[str], pool: Executor) -> None:
        """Begin to read bulk answers on ``pool``, for facts that will ask for them soon.

        Operations that are not bulk ones are passed over. Returns at once; facts wait
        for an answer that is under way, and get its failure as if they had asked for it
        themselves. A fact whose answer nobody has begun to read yet reads it itself, so
        a pool that is busy with facts does not stand still.
        """

    def expect(self, tables: Iterable[str], operations: Iterable[str]) -> None:
        """Say which tables will be asked for, with which operations about each.

        Threads that wait for a bulk answer may read them meanwhile. Nothing has to be
        asked for that was expected.
        """

    def one_by_one(self, operations: Iterable[str]) -> tuple[str, ...]:
        """Those of some operations that are asked about each table, and not in bulk."""

    def pending(self) -> bool:
        """Whether bulk answers that were begun are still being read."""

    def read(self, tables: Iterable[str], operations: Iterable[str], pool: Executor) -> bytes:
        """The answers about some tables, as data for ``keep``, here or in another process.

        Raises ``AwsError`` when AWS would refuse everything.
        """

    def keep(self, read: bytes) -> None:
        """Let ``facts`` give what was read of these tables, once for each."""

    def hand_over(self, tables: Collection[str]) -> Mapping[str, Any]:
        """The bulk answers about some tables, as data that can be sent to another process.

        Waits for those that are still being read. A refusal is handed over as well. Raises
        ``AwsError`` when AWS would refuse everything.
        """

    def with_answers(self, handed: Mapping[str, Any]) -> Connection:
        """The same connection with what another one handed over, for those tables alone."""

    def forget(self) -> None:
        """Read bulk answers anew from now on, because something may have changed."""


class Connector(Protocol):
    """Opens connections. Every method may be called from several threads at a time."""

    def open(self, spec: Spec, target: Target) -> Connection:
        """A connection to a target.

        Raises ``AwsError`` when it cannot be had, or when the account found is not
        the account named.
        """

    def api_calls(self) -> Mapping[str, ApiCalls]:
        """The calls made so far over all connections, by operation."""

    def notes(self) -> Sequence[str]:
        """What whoever runs the program should know about the reading, once each.

        As that a list was denied, and what was done instead.
        """
