"""Facts that were written down: for tests, and for looking at a table again later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftcheck.aspects.base import FactUnavailable
from driftcheck.model.values import Cause


class RecordedFacts:
    """Facts from plain data: operation name to answer.

    An operation about something else than the table itself stands under
    ``operation#key`` (``kms:DescribeKey#alias/mine``). An answer of the form
    ``{"error": "reason", "cause": "not-readable"}`` stands for a refusal; the cause
    may be left out. An operation that was not recorded was not answered either.
    ``asked`` lists what was asked for, in order.
    """

    def __init__(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
        """The recorded answer; raises ``FactUnavailable`` where there is none."""
        name = f"{operation}#{key}" if key else operation
        self.asked.append(name)
        if name not in self._answers:
            raise FactUnavailable(operation, "no answer was recorded")
        answer = self._answers[name]
        if "error" in answer:
            cause = Cause(answer.get("cause", Cause.NOT_READABLE))
            raise FactUnavailable(operation, str(answer["error"]), cause)
        return answer

    def confirm(self, operation: str) -> bool:
        """Nothing that was written down lags."""
        return False
