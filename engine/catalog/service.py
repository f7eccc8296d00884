"""Service: instances with workers and a queue each, which work and then make calls.

Models work by class, contention, batches, CPU quotas, memory, start-up and pauses. Leaves out what
work is made of: all of it counts as CPU time.
"""

from __future__ import annotations

from typing import Literal

from engine.catalog.instances import instance_metrics
from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.autoscale import AUTOSCALE, Autoscale
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.flow import Flow
from engine.model.laws import Exponential, Law
from engine.model.load_curves import SLOWDOWN, LoadCurve
from engine.model.policies.lease import LEASE, Lease
from engine.model.policies.user_sessions import SESSIONS, UserSessions
from engine.model.prices import Pricing
from engine.model.spread import SPREAD
from engine.model.station import (
    BATCH,
    CPU,
    DRAIN,
    MEMORY,
    OVERFLOW,
    PAUSES,
    START_UP,
    USL,
    Batching,
    CpuQuota,
    Memory,
    Overflow,
    Pauses,
    Scaling,
    StartUp,
)
from engine.plan.lower_flow import first_work
from engine.plan.primitives import NodePlan, StationPlan
from engine.plan.station import (
    batch_plan,
    cpu_plan,
    drain_time,
    memory_plan,
    pause_plan,
    scaling_plan,
    start_plan,
)

HELP = """\
A program that works on requests: **instances**, each with **workers** (threads, processes) and a queue of
its own. A request takes a free worker or waits; after the work, the service makes the calls of its
outgoing links in their order.

It can serve `instances × workers / service time` requests a second. Near that rate the wait grows
without bound; at 80 % of it a single worker answers in 5 × the service time, on average.

**Holds worker while waiting** decides how failures spread. Held (a thread a request): when a
dependency slows down, its callers' workers all end up waiting for it, and then this service is down as
well. Released (an event loop): only memory is used while waiting.

**Queue limit.** Without one, a stall leaves a queue of requests whose callers gave up long ago, and they
are worked on first. With one, requests over the limit fail at once (`queue_full`). About
*workers ÷ service time × the caller's timeout* places are as many as can be served in time.
**When full**: requests over the limit can also be dropped without a word, as a full listen backlog does. Then
nobody is refused, but the caller's system tries again after 1, 3, 7 s …: p99 is a second more, `resent` counts
how often.

With **processor sharing** (`ps`) nobody waits in line: all are worked on at once, each the slower for the
others. So no worker is ever held, and the queue limit counts those inside beyond the workers.

What may be switched on for its instances:

- **Contention** (locks, shared caches) makes work longer the more workers work: throughput flattens and
  then falls.
- **Batches**: a worker takes several requests at once, and waits a little for more. *b ÷ (F + b·c)* requests
  a second a worker.
- **CPU quota**: a container may use so much CPU time in every 100 ms and then stands still until the next:
  50 ms of work under 20 ms a period take 210 ms.
- **Memory** grows with the requests inside, with the number of peers, and by leaks. At its limit an
  instance dies with all inside and starts again after 10 s, 20 s, 40 s …, or requests fail.
- **Start-up**: who is added or starts again is *starting* until it is ready, and nobody calls it; then it may
  warm up. With no instance ready, callers fail at once (`unavailable`).
- **Drain**: an instance that is taken away gets nothing new and finishes what it has, within so many seconds. With
  0 it is cut: about *rate ÷ n × time inside* requests fail (`crashed`) for each. A **drain event** takes instances out
  of rotation for a while and puts them back; `drain_cut` requests and `drain_connections` had not ended in time.
- **Pauses** stop everything on an instance now and then.
- **Faults** come by themselves: each instance (or the node, or all in its frame) fails after a time (MTBF), is
  repaired after another (MTTR), and so on. It is up for *MTBF ÷ (MTBF + MTTR)* of the time, whatever the laws.
  With *k* needed of *n* instances that are up for a share *a* each, the node is up for *Σ C(n,i) aⁱ(1-a)ⁿ⁻ⁱ*,
  *i* from *k* on: two of .99 in parallel .9999, two of three .999702. A frame may fail as well, and all inside
  with it: then that is no longer so.

- **Spread over** frames: the instances lie in them in turn, so that three of three zones lie in one each. Calls take the
  way to the instance that they go to, and a zone that is killed, slowed or cut off takes its instances alone: of three
  zones two thirds of the capacity stay. Without it all lie where the service is drawn.

**Flow.** By default a request is worked on, and then the calls of the links are made in their order. A flow
written here says it step by step instead:

- `{"work": {"law": "exponential", "mean": 0.002}}`, or `{"work": "service_time"}` for the field above;
- `{"call": "service-cache"}`: a call over the link with this id;
- `{"parallel": [{"call": "a"}, {"call": "b"}, {"call": "c"}], "need": 2}`: at once; it goes on when two have
  succeeded and fails when two have failed. `"copies": 100` begins each 100 times;
- `{"choice": [{"probability": 0.4, "do": […]}, {"class": "write", "do": […]}, {"when": "miss", "do": […]}]}`:
  the first that applies; one without conditions always does. `"when": "failed"` is for requests of which a step
  before failed for good: they go on with that way and then after the choice, while all others pass it by;
  `"miss_or_failed"` is for both, so that a dead cache is a miss;
- `{"transaction": {"mode": "two_phase", "participants": ["a", "b"]}}`: all participants do it, or none;
- `{"loop": 30, "do": […]}`, `{"sequence": […]}`, and `{"async": […]}`, which nobody waits for.

The links then count with their network and policy only, not with order, probability, times, mode, when and
classes. After waiting, work takes its turn in the queue again, beyond the queue limit; a held worker does
all work of its request. What nobody waits for any more begins nothing new.

**Transactions** are led by the service; their participants are behind links.

| mode | how | where the leader dies |
|---|---|---|
| `two_phase` | all are asked to prepare at once; once all have, all are told to commit, else to abort. Rows stay locked for both rounds | who has prepared is **in doubt**, its rows locked, until the leader is back and its log tells the outcome |
| `saga` | one after the other; when one fails, what was done is compensated, the last first | it compensates when it is back; meanwhile others see half of it |
| `outbox` | the first does it and notes what the others are to do; they are told again until they have heard it | they hear of it when it is back; nothing is locked |

With *n* participants that refuse with probability *p*, *1 - (1-p)ⁿ* of the transactions abort: 4.9 % for five of 1 %. A
message that comes twice or too late changes nothing: each participant knows what it has done. Every run checks that
no money is made or lost on the way, but by what is counted: steps of a saga that cannot be undone, and participants
that **lost their part**. Those had prepared, or done it, when a failover took the machine that knew; the one that
follows has never heard of it, its rows are free, and a commit finds nothing there. A database whose followers acknowledge
(`sync`, `quorum`) loses none. For a participant nothing stands in: a fallback on its link is left out. Writing the leader's log takes no time here, and the second round no work at a
database with row locks.

**Admission** is what requests have to pass before they wait: a rate limit that lets in so many a second and
refuses or delays the rest. A **circuit breaker** is on the link of who calls.

**Sessions** are what it remembers of each user between the requests. They end after an idle time; so
*rate of new sessions × (visit + idle time)* are live. Where they are kept decides who is logged out:

| kept in | a request finds its session | lost with | costs |
|---|---|---|---|
| memory | at the instance where it began: its balancer needs *affinity* | that instance, killed or taken away | memory |
| replicated | at every instance, a moment after it began | all instances | size × (instances - 1) for each request |
| store | wherever the store can be asked | what the store evicts or loses | a call before and a write after each request |
| cookie | everywhere: it comes along | nothing | size × rate on each link in front |

A store is a cache or a database that it has a link to; that link is then for sessions alone, with its network and
policy. Without its answer a request fails. A cache that is too small logs out whoever it evicts. New instances are
brought up to date at once; a session that was written while it was lost begins anew. Requests of clients that do not tell
their users apart have no session.

**Lease.** Its instances may need leave of a *coordinator* to serve: each renews a lease by a call of its own, a third of
the lease's time apart. Without an answer in time the lease runs out, and the instance refuses (`unavailable`) until
it has another one.

**Left out:** what users do to log out, sessions of several services in one, work that waits for disks or locks and needs no CPU, the operating system's scheduler.

Compare: a fleet of Tomcat, Gunicorn, Puma, Node.js or Go servers.
"""


class ServiceConfig(Config):
    """Capacity of a service."""

    instances: int = setting(
        1,
        title="Instances",
        group="Capacity",
        help="Identical copies, each with its own queue.",
        ge=1,
        le=10_000,
    )
    spread: tuple[str, ...] = SPREAD
    workers: int = setting(
        8,
        title="Workers per instance",
        group="Capacity",
        help="Requests that an instance works on at the same time: its threads or processes.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.005),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a request, calls to others not included. Exponential of 5 ms by default: "
        "most are short, a few take several times the mean.",
    )
    class_times: dict[str, Law] = setting(
        {},
        title="Service time by class",
        unit="s",
        group="Capacity",
        help="Request classes whose work takes another time than the service time.",
        max_length=1000,
    )
    speed: float = setting(
        1.0,
        title="Speed",
        group="Capacity",
        help="How many times as fast as the service times say: 2 halves them.",
        ge=0.001,
        le=1000.0,
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Queue",
        help="Waiting places an instance; none is unbounded. With ps: requests inside beyond the "
        "workers.",
        ge=0,
        le=10_000_000,
    )
    overflow: Overflow = OVERFLOW
    discipline: Literal["fifo", "lifo", "adaptive_lifo", "ps", "priority"] = setting(
        "fifo",
        title="Discipline",
        group="Queue",
        help="fifo: first come; lifo: last come; adaptive_lifo: first come, and last come while the "
        "first has waited too long; ps: all at once, sharing the workers; priority: "
        "the classes with the lowest priority number first.",
    )
    lifo_after: float = setting(
        0.1,
        title="LIFO after",
        unit="s",
        group="Queue",
        help="With adaptive_lifo: the last come is next while the first has waited longer: who came early has given "
        "up by now, who comes now can still be served in time (Facebook, Fail at Scale: 100 ms).",
        gt=0.0,
        le=1e6,
    )
    hold_while_waiting: bool = setting(
        default=True,
        title="Holds worker while waiting",
        group="Queue",
        help="Yes: a thread a request, held while it waits for calls. No: an event loop. With ps "
        "no worker is ever held.",
    )
    flow: Flow | None = setting(
        None,
        title="Steps",
        group="Flow",
        help="Steps of a request, each with its settings; none does the work and then makes the calls of the links in "
        "their order. Steps: work, call, sequence, parallel (need), choice, loop, async.",
        lax=True,
    )
    admission: Admission | None = ADMISSION
    usl: Scaling | None = USL
    slowdown: LoadCurve | None = SLOWDOWN
    batch: Batching | None = BATCH
    cpu: CpuQuota | None = CPU
    memory: Memory | None = MEMORY
    start_up: StartUp | None = START_UP
    drain: float | None = DRAIN
    pauses: Pauses | None = PAUSES
    autoscale: Autoscale | None = AUTOSCALE
    faults: NodeFaults | None = NODE_FAULTS
    sessions: UserSessions | None = SESSIONS
    lease: Lease | None = LEASE


def lower(config: ServiceConfig, context: Lowering) -> NodePlan:
    """A station."""
    work = context.each(config.service_time, config.class_times)
    flow = context.flow(config.flow, work)
    return NodePlan(
        id=context.id,
        autoscale=config.autoscale,
        flow=flow,
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=work if flow is None else first_work(flow),
            queue_limit=config.queue_limit,
            overflow=config.overflow,
            discipline=config.discipline,
            lifo_after=config.lifo_after,
            hold=config.hold_while_waiting,
            speed=config.speed,
            scaling=scaling_plan(config.usl, config.slowdown),
            batch=batch_plan(config.batch),
            cpu=cpu_plan(config.cpu),
            memory=memory_plan(config.memory),
            start=start_plan(config.start_up),
            drain=drain_time(config.drain),
            pauses=pause_plan(config.pauses),
        ),
    )


PRESET = Preset(
    Component(
        kind="service",
        title="Service",
        category="Compute",
        summary="Works on requests and calls others",
        icon="service",
        help=HELP,
        config=ServiceConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="instance_hour"),
        metrics=instance_metrics(ServiceConfig),
    ),
    lower,
)
