"""The configuration of a link: the network between two nodes and the caller's policy on it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from engine.model.backoff import Backoff
from engine.model.balancing import HASH, SHUFFLE, Hash, PickerName, Shuffle
from engine.model.failures import FailureName
from engine.model.fields import Config, exactly, setting
from engine.model.laws import Constant, Law
from engine.model.network import Connection, Encryption
from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.fallback import Fallback
from engine.model.policies.hedge import Hedge
from engine.model.policies.policy import Policy
from engine.model.policies.retry_budget import RetryBudget
from engine.model.policies.throttle import Throttle

_CALL, _NET, _POLICY, _TRANSPORT = "Call", "Network", "Policy", "Transport"
_Allowed = Literal["auto", True, False]


class Retry(Config):
    """How often a caller tries, the first try included."""

    attempts: int = setting(
        1, title="Attempts", help="Tries in all; 1 never retries.", ge=1, le=100
    )
    backoff: Backoff = setting(Backoff(), title="Backoff", help="Wait between tries.")
    other_instance: bool = setting(
        default=False,
        title="On another instance",
        help="Retries go to instances that this call has not been to, also behind balancers; to any "
        "when it has been to all (Envoy: previous hosts).",
    )
    on: tuple[FailureName, ...] | None = setting(
        None,
        title="After",
        help="Reasons of failure after which it tries again, such as timeout, unavailable; none means after "
        "any (Envoy: retry_on).",
        lax=True,
    )
    budget: RetryBudget | None = setting(
        None,
        title="Budget",
        help="How many retries there may be beside first tries, so that they cannot multiply the load of a "
        "target that fails. Off: any number.",
    )


class LinkConfig(Config):
    """Everything a link carries."""

    model_config = ConfigDict(populate_by_name=True)

    order: int = setting(
        0,
        title="Order",
        group=_CALL,
        help="Calls are made in rising order; equal orders in parallel.",
        ge=0,
        le=1000,
    )
    probability: float = setting(
        1.0,
        title="Probability",
        unit="%",
        group=_CALL,
        help="Share of requests that make this call.",
        ge=0.0,
        le=1.0,
    )
    times: int = setting(
        1,
        title="Times",
        group=_CALL,
        help="Calls a request, one after the other (N+1).",
        ge=1,
        le=1000,
    )
    mode: Literal["call", "send"] = setting(
        "call", title="Mode", group=_CALL, help="call waits for the answer; send does not."
    )
    when: Literal["always", "miss", "failed", "miss_or_failed"] = setting(
        "always",
        title="When",
        group=_CALL,
        help="miss: reads use it only after an earlier call found nothing in a cache, and the answer "
        "is then stored there (look-aside); writes always use it. failed: only after a call of a lower "
        "order failed for good, all its retries spent; the request then goes on as if nothing had "
        "happened, and fails with that reason where this call is not made. miss_or_failed: both, so that "
        "a dead cache is a miss.",
    )
    classes: tuple[str, ...] | None = setting(
        None,
        title="Classes",
        group=_CALL,
        help="Request classes that use this link; none means all.",
        lax=True,
    )
    kind: str | None = Field(
        None,
        alias="class",
        title="Class of the calls",
        description="Calls are of this request class, whatever class the request is of that makes them: "
        "its sizes, keys, priority, work and routes, and with deadline propagation its deadline. They are "
        "about what their caller is about where both ask for keys by one law, else about a key drawn "
        "once a request. none: the class of the caller.",
        json_schema_extra={"unit": "", "group": _CALL},
    )
    picker: PickerName = setting(
        "round_robin",
        title="Picker",
        group=_CALL,
        help="How the caller picks an instance of the target when no balancer stands between.",
    )
    hash: Hash | None = HASH
    shuffle: Shuffle | None = SHUFFLE
    weight: float = setting(
        1.0,
        title="Weight",
        group=_CALL,
        help="Share of this link under a weighted balancer.",
        ge=0.0,
        le=1e6,
    )
    group: str | None = setting(
        None,
        title="Consumer group",
        group=_CALL,
        help="Of a link that leaves a topic: workers of one group share its partitions, and each group gets every "
        "message. none: the target is a group of its own.",
        max_length=100,
    )
    delay: Law | Annotated[float, Field(ge=0.0, le=1e9)] = setting(
        Constant(mean=0.0),
        title="Delay",
        unit="s",
        group=_NET,
        help="One-way network delay; a number is constant. Same zone .25 ms, cross-zone .75 ms.",
    )
    jitter: float = setting(
        0.0,
        title="Jitter",
        unit="s",
        group=_NET,
        help="Mean of a log-normal delay (cv² 1) added to each crossing.",
        ge=0.0,
        le=1e6,
    )
    loss: float = setting(
        0.0,
        title="Loss",
        unit="%",
        group=_NET,
        help="Share of crossings lost; each loss costs a retransmission time-out of 200 ms or two round "
        "trips, doubling. With a bandwidth or connections it also holds a transfer to 1460 B a round "
        "trip × √(1.5 / loss) (Mathis).",
        ge=0.0,
        le=1.0,
    )
    allowed: Annotated[_Allowed, exactly(_Allowed)] = setting(
        "auto",
        title="Allowed",
        group=_NET,
        help="Whether anything gets through, as a security group or a network policy says. No: nothing, neither calls "
        "(network) nor an attacker. Yes: it is on the allow-list of every zone that it leads into. auto: yes, unless it "
        "leads into a frame with a trust level from outside (default deny).",
    )
    bandwidth: float | None = setting(
        None,
        title="Bandwidth",
        unit="B/s",
        group=_NET,
        help="Each way, shared by all calls: bytes queue first in, first out. None is unlimited; in a "
        "data centre 1 Gb/s and up, 4G 9 Mb/s, 3G 700 kb/s.",
        gt=0.0,
        le=1e15,
    )
    timeout: float | None = setting(
        None,
        title="Timeout",
        unit="s",
        group=_POLICY,
        help="The caller gives up after this.",
        gt=0.0,
        le=1e9,
    )
    queue_timeout: float | None = setting(
        None,
        title="Queue timeout",
        unit="s",
        group=_POLICY,
        help="The caller gives up (timeout) when a call waits longer than this before anybody works on it: "
        "at the bulkhead, for a connection, and at the target for a worker, each wait for itself. The call "
        "leaves where it waits; work that has begun goes on. With ps nobody waits (HikariCP "
        "connectionTimeout: 30 s; HAProxy timeout queue).",
        gt=0.0,
        le=1e9,
    )
    retry: Retry = setting(
        Retry(), title="Retry", group=_POLICY, help="Tries and the wait between them."
    )

    deadline_propagation: bool = setting(
        default=False,
        title="Propagate deadline",
        group=_POLICY,
        help="Calls carry until when the answer is wanted: the class's deadline, the caller's own, and "
        "the timeout, whichever is first. The target drops what is too late before it works on it, and "
        "gives its own calls no more than what is left (gRPC: deadlines).",
    )
    cancellation: bool = setting(
        default=False,
        title="Cancellation",
        group=_POLICY,
        help="A caller that gives up, or needs no more answers, tells the target, which stops: what waits "
        "there or is worked on is freed, and so is what that has called over links that cancel.",
    )
    throttle: Throttle | None = setting(
        None,
        title="Adaptive throttle",
        group=_POLICY,
        help="Refuses calls by itself (shed), by chance, once much of what it sends fails, so that a target "
        "in overload is not asked for much more than it can do. Off: it sends everything.",
    )
    breaker: Breaker | None = setting(
        None,
        title="Circuit breaker",
        group=_POLICY,
        help="Stops calling a target that fails, for a while: calls then fail at once with breaker_open. One "
        "breaker for all instances of the caller. Off: it calls whatever happens.",
    )
    bulkhead: Bulkhead | None = setting(
        None,
        title="Bulkhead",
        group=_POLICY,
        help="No more than so many calls under way at a time; others wait or fail at once with "
        "bulkhead_full. Off: any number.",
    )
    hedge: Hedge | None = setting(
        None,
        title="Hedging",
        group=_POLICY,
        help="Makes another call beside one that takes long, and takes the first answer. Only where the caller "
        "waits. Off: it waits for the first.",
    )
    fallback: Fallback | None = setting(
        None,
        title="Fallback",
        group=_POLICY,
        help="What the caller does once a call that it waits for has failed for good, its retries included, so "
        "that the request goes on. Not when its deadline has passed. Off: the request fails.",
    )
    connection: Connection | None = setting(
        None,
        title="Connections",
        group=_TRANSPORT,
        help="Set-up, keep-alive and limits of connections. Off: every call finds one open.",
    )
    encryption: Encryption | None = setting(
        None,
        title="Encryption",
        group=_TRANSPORT,
        help="Charge the work of TLS to the workers of the target. Off: it costs nothing.",
    )

    def policies(self) -> tuple[Policy, ...]:
        """The mechanisms that are switched on."""
        values = [
            getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set
        ]
        if "retry" in self.model_fields_set:
            values.append(self.retry.budget)
        return tuple(value for value in values if isinstance(value, Policy))

    def delay_law(self) -> Law:
        """The one-way delay as a law."""
        return (
            Constant(mean=float(self.delay)) if isinstance(self.delay, float | int) else self.delay
        )


DEFAULT_LINK: Final = LinkConfig.model_construct()
"""A link with nothing set: there is nothing to validate, so the validator may wait for one that has."""
