"""The aspects of a table, in the order in which they are reported.

To add one: write its file, add it to ``ASPECTS``, and add its cases under
``tests/aspects/``. Nothing else changes.
"""

from __future__ import annotations

from driftcheck.aspects.base import Aspect
from driftcheck.aspects.point_in_time_recovery import PointInTimeRecovery

ASPECTS: tuple[Aspect, ...] = (PointInTimeRecovery(),)

#: The aspect that owns each top-level field of the table document.
FIELD_OWNERS: dict[str, str] = {
    field: aspect.name for aspect in ASPECTS for field in aspect.fields
}
BY_NAME: dict[str, Aspect] = {aspect.name: aspect for aspect in ASPECTS}
