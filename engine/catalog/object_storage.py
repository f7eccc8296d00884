"""Object storage: files by key, each sent as its own stream, any number at once.

Models the time to the first byte, the bandwidth of a stream and a share of errors. Leaves out what objects hold.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.primitives import LawPlan, NodePlan, StationPlan, WorkPart

HELP = """\
Objects by key, of any size, spread over so many disks that nobody waits for another. Each request is a **stream**:
a time to the **first byte**, and then the bytes at a bandwidth of its own. A read sends the response size of its class,
a write takes the request size.

- An image of 100 kB takes 30 ms + 1 ms, a film of 9 GB 100 s: large objects are a matter of bandwidth. Several
  streams at once, each for a part, are faster than one.
- Every object that leaves is **egress**, which providers charge for: a cache or a CDN in front pays where the same
  objects are read again and again.

**It fails** seldom: one request in ten thousand (*availability* 99.99 %), or as a whole, with the region that it is in.

**Left out:** limits for each prefix, versions, storage classes that have to be restored first, listing.

Compare: Amazon S3, Google Cloud Storage, Azure Blob Storage, MinIO.
"""


class ObjectStorageConfig(Config):
    """How fast objects come."""

    first_byte: Law = setting(
        Constant(mean=0.03),
        title="First byte",
        unit="s",
        group="Streams",
        help="Until the first byte of an object comes, or a written one is stored. 30 ms: small objects of Amazon S3 take 20 to "
        "200 ms.",
    )
    bandwidth: float = setting(
        90e6,
        title="Bandwidth of a stream",
        unit="B/s",
        group="Streams",
        help="Bytes a second of each object, whatever else is sent. 90 MB/s: Amazon S3 gives 85 to 90 MB/s a connection.",
        gt=0.0,
        le=1e12,
    )
    error_share: float = setting(
        0.0001,
        title="Errors",
        unit="%",
        group="Streams",
        help="Share of the requests that fail with error. .01 %: Amazon S3 is designed for an availability of 99.99 %.",
        ge=0.0,
        le=1.0,
    )
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: ObjectStorageConfig, context: Lowering) -> NodePlan:
    """A station without a queue: the first byte, then all bytes of the class."""
    first = context.each(config.first_byte)
    sizes = [each.request_bytes if each.write else each.response_bytes for each in context.classes]
    streams = tuple(LawPlan(law="constant", mean=size / config.bandwidth) for size in sizes)
    return NodePlan(
        id=context.id,
        station=StationPlan(work=first),
        flow=(WorkPart(first), WorkPart(streams)),
        failing=config.error_share,
        meters_egress=True,
    )


PRESET = Preset(
    Component(
        kind="object_storage",
        title="Object storage",
        category="Data",
        summary="Files by key, each sent as its own stream",
        icon="object_storage",
        help=HELP,
        config=ObjectStorageConfig,
        input="calls",
        output="none",
        pricing=Pricing(requests=True),
        metrics=(Metric(name="egress_bytes", title="egress", unit="B", counts=True),),
    ),
    lower,
)
