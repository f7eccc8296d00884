"""Coordinator: a few instances of which a majority agrees, as in etcd, ZooKeeper and Consul.

Models the leader, elections, round trips between the instances, syncs to disk, watchers and contention. Leaves out
the log and what is in it.
"""

from __future__ import annotations

from typing import Literal

from engine.catalog.instances import instance_metrics
from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.load_curves import SLOWDOWN, LoadCurve
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.spread import SPREAD
from engine.model.station import USL, Scaling
from engine.plan.lower import law_plan
from engine.plan.primitives import LawPlan, NodePlan, QuorumPlan, StationPlan
from engine.plan.station import scaling_plan

HELP = """\
Keeps little, but keeps it right: who leads, who is alive, where what runs, how it is configured. **Instances**
agree by majority: of 5, three have to, so two may be lost; of 4 only one may, as of 3.

One instance **leads**. A write is sent to all others, and answered once a majority, the leader included, has it on
disk. So it takes the third fastest of five: with syncs of exponential length *s* and no way between the instances
*s × (1/5 + 1/4 + 1/3) = .78 s*; spread over zones, the round trip to the second nearest instance on top. A read **by
majority** waits until most have confirmed the leader; one by the **leader** does not. Whoever asks another instance
waits for the way to the leader as well.

**No majority, no answer** (`unavailable`): the smaller side of a partition is refused, and everybody is when most
instances are dead. A leader who is lost is replaced after the *election timeout*; until then nobody is answered.

**Leases.** Name this node in the *Lease* of a service and draw a link from there to here: each of its instances renews
its lease by calls over that link. *n* instances with leases of 10 s make *n × .3* calls a second, however little there
is to do. When they are not answered in time the leases run out, and the services stop: all that hold one within a
lease's time. A lease makes a leader as well: whoever holds it leads.

**Watchers** are told of every write: that is work of *watchers × time to tell one* for each.

**Contention** makes work longer the more workers work: past the peak, more workers answer less. With
*α = .05* and *β = .001* 31 workers do the work of 9.04, and 64 that of 7.82.

**Left out:** the log and its size, snapshots, reads that may be stale, the work of followers on writes (a request's
work is done where it comes to), instances that are added one after the other, votes that are split.

Compare: etcd, ZooKeeper, Consul, Chubby.
"""


class CoordinatorConfig(Config):
    """Instances that agree."""

    instances: int = setting(
        5,
        title="Instances",
        group="Capacity",
        help="Half of them and one more have to agree: 3 of 5. Odd numbers: one more makes nothing safer.",
        ge=1,
        le=99,
    )
    spread: tuple[str, ...] = SPREAD
    workers: int = setting(
        8,
        title="Workers per instance",
        group="Capacity",
        help="Requests that an instance works on at the same time.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.0005),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a request, before the others are asked. .5 ms: one of 16 thousand requests a second of 8 workers.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Capacity",
        help="Waiting places an instance; none is unbounded.",
        ge=0,
        le=10_000_000,
    )
    sync_time: Law = setting(
        Exponential(mean=0.002),
        title="Sync to disk",
        unit="s",
        group="Agreement",
        help="Until a write is on the disk of an instance. 2 ms: an SSD (etcd wants the 99th percentile below 10 ms).",
    )
    reads: Literal["majority", "leader"] = setting(
        "majority",
        title="Reads",
        group="Agreement",
        help="majority: the leader asks the others whether it still leads. leader: it trusts its lease, and answers alone.",
    )
    election: float = setting(
        1.0,
        title="Election timeout",
        unit="s",
        group="Agreement",
        help="Without a leader who reaches a majority for so long, another one is elected. 1 s (etcd).",
        gt=0.0,
        le=1e6,
    )
    watchers: int = setting(
        0,
        title="Watchers",
        group="Watchers",
        help="Clients that are told of every write.",
        ge=0,
        le=10_000_000,
    )
    notify_time: float = setting(
        20e-6,
        title="Time to tell one",
        unit="s",
        group="Watchers",
        help="Work of telling one watcher of a write. 20 us: a small message on an open connection.",
        ge=0.0,
        le=1e6,
    )
    usl: Scaling | None = USL
    slowdown: LoadCurve | None = SLOWDOWN
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: CoordinatorConfig, context: Lowering) -> NodePlan:
    """A station whose requests are answered once most instances agree."""
    told = config.watchers * config.notify_time
    work = law_plan(config.service_time)
    return NodePlan(
        id=context.id,
        quorum=QuorumPlan(
            sync=law_plan(config.sync_time),
            asks=config.reads == "majority",
            election=config.election,
        ),
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=tuple(_longer(work, told) if each.write else work for each in context.classes),
            queue_limit=config.queue_limit,
            hold=False,
            scaling=scaling_plan(config.usl, config.slowdown),
        ),
    )


def _longer(work: LawPlan, more: float) -> LawPlan:
    """A work that takes so much more on average, and varies as before."""
    if more <= 0.0:
        return work
    if work.mean <= 0.0:
        return LawPlan(law="constant", mean=more)
    return work.times((work.mean + more) / work.mean)


PRESET = Preset(
    Component(
        kind="coordinator",
        title="Coordinator",
        category="Data",
        summary="Agrees by majority, and grants leases",
        icon="coordinator",
        help=HELP,
        config=CoordinatorConfig,
        input="calls",
        output="none",
        pricing=Pricing(hour="instance_hour"),
        metrics=(
            Metric(name="agreement", title="time to agree, mean", unit="s"),
            Metric(name="no_majority", title="refused without a majority", counts=True),
            *instance_metrics(CoordinatorConfig),
        ),
    ),
    lower,
)
