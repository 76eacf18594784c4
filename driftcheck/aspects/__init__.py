"""The aspects of a table, in the order in which they are reported.

To add one: write its file, add it to ``ASPECTS``, and add its cases under
``tests/aspects/``. Nothing else changes.
"""

from __future__ import annotations

from driftcheck.aspects.autoscaling import Autoscaling
from driftcheck.aspects.base import Aspect
from driftcheck.aspects.deletion_protection import DeletionProtection
from driftcheck.aspects.global_secondary_index import GlobalSecondaryIndex
from driftcheck.aspects.keys import Keys
from driftcheck.aspects.local_secondary_index import LocalSecondaryIndex
from driftcheck.aspects.point_in_time_recovery import PointInTimeRecovery
from driftcheck.aspects.server_side_encryption import ServerSideEncryption
from driftcheck.aspects.stream import Stream
from driftcheck.aspects.table_class import TableClass
from driftcheck.aspects.tags import Tags
from driftcheck.aspects.throughput import Throughput
from driftcheck.aspects.ttl import TimeToLive

ASPECTS: tuple[Aspect, ...] = (
    Keys(),
    Throughput(),
    GlobalSecondaryIndex(),
    LocalSecondaryIndex(),
    Autoscaling(),
    PointInTimeRecovery(),
    ServerSideEncryption(),
    Stream(),
    TimeToLive(),
    DeletionProtection(),
    TableClass(),
    Tags(),
)

#: The aspect that owns each top-level field of the table document.
FIELD_OWNERS: dict[str, str] = {field: aspect.name for aspect in ASPECTS for field in aspect.fields}
BY_NAME: dict[str, Aspect] = {aspect.name: aspect for aspect in ASPECTS}
