"""One account in one region."""

from __future__ import annotations

import pickle  # only what this program has written is ever read
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.ahead import Ahead
from driftcheck.aws.calls import Clients, Memo
from driftcheck.aws.facts import Answers, TableFacts
from driftcheck.aws.operations import (
    BULK_OPERATIONS,
    LIST_TAGS,
    TABLE_OPERATIONS,
    TAGS_IN_BULK,
    BulkOperation,
    Paging,
    Subject,
    TableOperation,
)
from driftcheck.aws.packed import Packed
from driftcheck.errors import AwsError
from driftcheck.model.report import ApiCalls

LIST_TABLES = "dynamodb:ListTables"

#: Bulk answers, or why there are none, by operation.
HandedOver = Mapping[str, Any]


class AwsConnection:
    """Reads of one account in one region; ``stages.connection.Connection``.

    ``siblings`` opens the same account in another region (for replicas).
    """

    def __init__(
        self,
        clients: Clients,
        account: str,
        region: str,
        siblings: Callable[[str], AwsConnection],
    ) -> None:
        self.clients = clients
        self._account = account
        self._region = region
        self._siblings = siblings
        #: Bulk answers, and answers that are the same for several tables.
        self._lists = Memo()
        self._shared = Memo()
        self._ahead = Ahead()
        #: Whether tags are read for all tables at a time: for one, that would be pages too many.
        self.tags_in_bulk = False
        #: The bulk operations that were begun, in this order.
        self._begun: dict[str, BulkOperation] = {}
        self._notes: dict[str, None] = {}

    @property
    def account(self) -> str:
        """The account that the credentials belong to."""
        return self._account

    @property
    def region(self) -> str:
        """The region that is asked."""
        return self._region

    def table_names(self) -> Sequence[str]:
        """Every table there is. Raises ``AwsError`` when AWS does not say."""
        paging = Paging("ExclusiveStartTableName", "LastEvaluatedTableName", ("Limit", 100))
        try:
            return [
                name
                for page in self.clients.pages(LIST_TABLES, {}, paging)
                for name in page.get("TableNames", ())
            ]
        except FactUnavailable as failure:
            raise AwsError(f"the tables cannot be listed: {failure}") from failure

    def facts(self, table: str) -> TableFacts:
        """The facts about a table. What is asked of the table itself is read anew."""
        return self._ahead.take(table) or TableFacts(self, table)

    def expect(self, tables: Iterable[str], operations: Iterable[str]) -> None:
        """Tables that will be asked for; see ``stages.connection.Connection``."""
        self._ahead.expect(tables, self.one_by_one(operations))

    def read(self, tables: Iterable[str], operations: Iterable[str], pool: Executor) -> bytes:
        """Answers about tables, as data; see ``stages.connection.Connection``."""
        wanted = tuple(operations)
        reads = [(t, pool.submit(TableFacts(self, t).read, wanted)) for t in tables]
        answers = {table: read.result() for table, read in reads}
        return pickle.dumps(answers, pickle.HIGHEST_PROTOCOL)

    def keep(self, read: bytes) -> None:
        """Take what ``read`` gave; see ``stages.connection.Connection``."""
        answers: Mapping[str, Answers] = pickle.loads(read)  # noqa: S301
        for table, known in answers.items():
            facts = TableFacts(self, table)
            facts.know(known)
            self._ahead.keep(table, facts)

    def one_by_one(self, operations: Iterable[str]) -> tuple[str, ...]:
        """Those of some operations that are asked about each table."""
        left_out = LIST_TAGS if self.tags_in_bulk else None
        return tuple(o for o in operations if o in TABLE_OPERATIONS and o != left_out)

    def note(self, text: str) -> None:
        """Remember something that whoever runs the program should know, once."""
        self._notes.setdefault(text)

    def notes(self) -> Sequence[str]:
        """What was noted so far, with the account and region."""
        return [f"{self._account}/{self._region}: {text}" for text in list(self._notes)]

    def from_aws(self, prefix: str) -> bool:
        """Whether a service's endpoint is AWS's own."""
        return self.clients.from_aws(prefix)

    def api_calls(self) -> Mapping[str, ApiCalls]:
        """The calls made so far, by operation."""
        return self.clients.calls.counts()

    def in_region(self, region: str) -> AwsConnection:
        """The same account in another region."""
        return self if region == self._region else self._siblings(region)

    def apart(self) -> AwsConnection:
        """The same connection with shared answers of its own, for work on one table."""
        return AwsConnection(self.clients, self._account, self._region, self._siblings)

    def prefetch(self, operations: Iterable[str], pool: Executor) -> None:
        """Begin to read bulk answers on ``pool``; see ``stages.connection.Connection``."""
        for operation in operations:
            self.tags_in_bulk |= operation == TAGS_IN_BULK
            how = BULK_OPERATIONS.get(operation)
            if how is not None:
                self._begun[operation] = how
                pool.submit(self._begin, operation, how)

    def _begin(self, operation: str, how: BulkOperation) -> None:
        # Whoever needs the answer gets the failure.
        with suppress(FactUnavailable, AwsError):
            self.bulk(operation, how)

    def pending(self) -> bool:
        """Whether bulk answers are still being read; see ``stages.connection.Connection``."""
        return not self._begun.keys() <= self._lists.known().keys()

    def hand_over(self, tables: Collection[str]) -> HandedOver:
        """Bulk answers about some tables; see ``stages.connection.Connection``."""
        handed: dict[str, Packed | FactUnavailable] = {}
        for operation, how in list(self._begun.items()):
            try:
                handed[operation] = self.bulk(operation, how).only(tables)
            except FactUnavailable as failure:
                handed[operation] = failure
        return handed

    def with_answers(self, handed: HandedOver) -> AwsConnection:
        """The same with bulk answers from elsewhere; see ``stages.connection.Connection``."""
        connection = self.apart()
        connection._notes, connection._shared = self._notes, self._shared
        for operation, answers in handed.items():
            connection.tags_in_bulk |= operation == TAGS_IN_BULK
            connection._lists.put(operation, answers)
        return connection

    def forget(self) -> None:
        """Read bulk and shared answers anew from now on (after something was changed)."""
        self._lists, self._shared = Memo(), Memo()

    def ask(self, operation: str, how: TableOperation, subject: Subject) -> Mapping[str, Any]:
        """The answer of a table operation, pages joined."""
        if how.shared:
            return self._shared.get(
                (operation, subject.key), lambda: self._answer(operation, how, subject)
            )
        return self._answer(operation, how, subject)

    def _answer(self, operation: str, how: TableOperation, subject: Subject) -> Mapping[str, Any]:
        arguments = how.arguments(subject)
        if how.joined is None or how.paging is None:
            return self.clients.call(operation, arguments)
        entries = [
            entry
            for page in self.clients.pages(operation, arguments, how.paging)
            for entry in page.get(how.joined, ())
        ]
        return {how.joined: entries}

    def bulk(self, operation: str, how: BulkOperation) -> Packed:
        """The answers of a bulk operation by table, read once for the whole region.

        Who has to wait for another thread to read them reads other tables meanwhile.
        """
        lists = self._lists
        self._ahead.read(lambda table: TableFacts(self, table), lambda: lists.under_way(operation))
        return lists.get(operation, lambda: self._read_all(operation, how))

    def _read_all(self, operation: str, how: BulkOperation) -> Packed:
        answers = Packed(how.lists)
        for page in self.clients.pages(operation, how.arguments, how.paging):
            for name in how.lists:
                entries = page.get(name, ())
                answers.add(name, ((table, e) for e in entries for table in how.table_of(e)))
        return answers
