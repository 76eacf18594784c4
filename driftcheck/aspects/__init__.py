"""The aspects of a table, in the order in which they are reported.

To add one: write its file, add it to ``ASPECTS``, and add its cases under
``tests/aspects/``. Nothing else changes.
"""

from __future__ import annotations

from driftcheck.aspects.alarm import Alarm
from driftcheck.aspects.autoscaling import Autoscaling
from driftcheck.aspects.backup import Backup
from driftcheck.aspects.base import Aspect
from driftcheck.aspects.contributor_insights import ContributorInsights
from driftcheck.aspects.deletion_protection import DeletionProtection
from driftcheck.aspects.encryption_key import EncryptionKey
from driftcheck.aspects.global_secondary_index import GlobalSecondaryIndex
from driftcheck.aspects.keys import Keys
from driftcheck.aspects.kinesis_streaming_destination import KinesisStreamingDestination
from driftcheck.aspects.local_secondary_index import LocalSecondaryIndex
from driftcheck.aspects.multi_region_consistency import MultiRegionConsistency
from driftcheck.aspects.on_demand_throughput import OnDemandThroughput
from driftcheck.aspects.orphaned_scaling_target import OrphanedScalingTarget
from driftcheck.aspects.point_in_time_recovery import PointInTimeRecovery
from driftcheck.aspects.replica import Replica
from driftcheck.aspects.resource_policy import ResourcePolicy
from driftcheck.aspects.scheduled_action import ScheduledAction
from driftcheck.aspects.server_side_encryption import ServerSideEncryption
from driftcheck.aspects.stream import Stream
from driftcheck.aspects.table_class import TableClass
from driftcheck.aspects.tags import Tags
from driftcheck.aspects.throughput import Throughput
from driftcheck.aspects.ttl import TimeToLive
from driftcheck.aspects.vector_index import VectorIndex
from driftcheck.aspects.warm_throughput import WarmThroughput

ASPECTS: tuple[Aspect, ...] = (
    Keys(),
    Throughput(),
    OnDemandThroughput(),
    WarmThroughput(),
    GlobalSecondaryIndex(),
    LocalSecondaryIndex(),
    VectorIndex(),
    Autoscaling(),
    ScheduledAction(),
    OrphanedScalingTarget(),
    PointInTimeRecovery(),
    ServerSideEncryption(),
    EncryptionKey(),
    Stream(),
    TimeToLive(),
    DeletionProtection(),
    TableClass(),
    Tags(),
    Replica(),
    MultiRegionConsistency(),
    ContributorInsights(),
    KinesisStreamingDestination(),
    ResourcePolicy(),
    Alarm(),
    Backup(),
)

#: The aspect that owns each top-level field of the table document.
FIELD_OWNERS: dict[str, str] = {field: aspect.name for aspect in ASPECTS for field in aspect.fields}
BY_NAME: dict[str, Aspect] = {aspect.name: aspect for aspect in ASPECTS}
