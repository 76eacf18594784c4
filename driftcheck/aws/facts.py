"""The answers of AWS about one table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.calls import Memo
from driftcheck.aws.operations import (
    BULK_OPERATIONS,
    LIST_TAGS,
    TABLE_OPERATIONS,
    TAG_MAPPINGS,
    TAGS_IN_BULK,
    Subject,
)
from driftcheck.errors import AwsError

if TYPE_CHECKING:
    from driftcheck.aws.connection import AwsConnection

#: Answers by operation and key.
Answers = Mapping[tuple[str, str], Any]

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d")
_KEY_ARN = re.compile(r"arn:[^:]*:kms:(?P<region>[a-z0-9-]+):")
DESCRIBE_TABLE = "dynamodb:DescribeTable"


class TableFacts:
    """Facts about one table, each asked for at most once; ``aspects.base.Facts``.

    Bulk answers are shared by all tables of the connection.
    """

    def __init__(self, connection: AwsConnection, table: str) -> None:
        self._connection = connection
        self._table = table
        self._memo = Memo()
        self._one_by_one = not connection.tags_in_bulk

    def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
        """See ``aspects.base.Facts.get``; a region as ``key`` asks about the replica there.

        A KMS key is asked about in the region of its ARN.

        Raises ``AwsError`` when AWS would refuse everything (expired credentials).
        """
        if key and operation.startswith("dynamodb:") and _REGION.fullmatch(key):
            return self._elsewhere(key, operation)
        of_key = _KEY_ARN.match(key) if operation.startswith("kms:") else None
        if of_key and of_key["region"] != self._connection.region:
            return self._elsewhere(of_key["region"], operation, key)
        return self._memo.get((operation, key), lambda: self._ask(operation, key))

    def read(self, operations: Iterable[str]) -> Answers:
        """The answers of some operations; a refusal is an answer.

        Raises ``AwsError`` when AWS would refuse everything.
        """
        for operation in operations:
            with suppress(FactUnavailable):
                self.get(operation)
        return self._memo.known()

    def know(self, answers: Answers) -> None:
        """Take what another process has read."""
        for key, answer in answers.items():
            self._memo.put(key, answer)

    def _elsewhere(self, region: str, operation: str, key: str = "") -> Mapping[str, Any]:
        """What is asked in another region.

        One that is not enabled for the account, or where nobody answers, is no reason
        not to look at the table at home.
        """
        replica = self._memo.get(region, lambda: self._opened(region, operation))
        try:
            return replica.get(operation, key)
        except AwsError as error:
            raise FactUnavailable(operation, f"refused in {region} ({error})") from error

    def _opened(self, region: str, operation: str) -> TableFacts:
        try:
            return self._connection.in_region(region).facts(self._table)
        except AwsError as error:
            reason = f"{region} cannot be reached ({error})"
            raise FactUnavailable(operation, reason) from error

    def confirm(self, operation: str) -> bool:
        """See ``aspects.base.Facts.confirm``; only the Tagging API lags."""
        if operation != LIST_TAGS or self._one_by_one:
            return False
        self._one_by_one = True
        self._memo.forget((operation, ""))
        return True

    def _ask(self, operation: str, key: str) -> Mapping[str, Any]:
        if operation == LIST_TAGS and not self._one_by_one:
            tags = self._tags_in_bulk()
            if tags is not None:
                return tags
            self._one_by_one = True
        bulk = BULK_OPERATIONS.get(operation)
        if bulk is not None:
            return self._connection.bulk(operation, bulk).get(self._table) or {
                name: [] for name in bulk.lists
            }
        how = TABLE_OPERATIONS[operation]
        subject = Subject(self._table, key, self._arn)
        return self._connection.ask(operation, how, subject)

    def _tags_in_bulk(self) -> Mapping[str, Any] | None:
        """The tags as the Tagging API lists them; None where it does not say.

        It leaves out tables that were never tagged. An emulator may leave out any.
        """
        try:
            found = self._connection.bulk(TAGS_IN_BULK, BULK_OPERATIONS[TAGS_IN_BULK])
        except FactUnavailable as failure:
            self._connection.note(f"{failure}; the tags are read table by table")
            return None
        entries = found.get(self._table, {}).get(TAG_MAPPINGS)
        if entries:
            return {"Tags": entries[0].get("Tags", [])}
        return {"Tags": []} if self._connection.from_aws("tag") else None

    def _arn(self) -> str:
        """The table's ARN as AWS gives it, since partitions and emulators differ."""
        table = self.get(DESCRIBE_TABLE).get("Table") or {}
        if "TableArn" not in table:
            raise FactUnavailable(DESCRIBE_TABLE, "there is no such table")
        return str(table["TableArn"])
