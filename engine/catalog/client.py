"""Client: people or programs that send requests, open (by a rate) or closed (a population).

Models the arrival process, the mix of request classes and, with its outgoing links, the caller's
policy. Its last mile is on the links that leave it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine.catalog.preset import Lowering, Preset
from engine.model.arrivals import Arrivals, Poisson
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.last_mile import PROFILE, ProfileName
from engine.model.metric import Metric
from engine.model.policies.tenants import TENANTS, Tenants
from engine.model.policies.wrong_credentials import WRONG_CREDENTIALS, WrongCredentials
from engine.plan.lower import mix_plan
from engine.plan.lower_traffic import traffic_plan, with_users
from engine.plan.primitives import NodePlan

HELP = """\
Where requests begin. An **open** client sends at a rate, whatever happens to the answers: *Poisson*,
*deterministic* (evenly spaced), in *bursts*, or from *active users* whose number changes from window to
window. A *trace* replays recorded arrivals, with their classes and keys (load them from a CSV file). A
**closed** client has a fixed number of users: each waits for the answer, thinks, and asks again, so that
it slows down by itself when the system does. *Sessions* are in between: they begin at a rate, and within
one the next request waits for the answer before.

With **users**, requests at a rate are told apart as well: each is of one of so many, with a session, a token and
answers of DNS of their own. Populations and sessions number their users themselves.

A rate may follow a schedule `[[t, rps], …]`: straight lines between the points; two points at one time are
a step.

Its latency counts from the first attempt to the answer, network and retries included. *Offered* counts
first attempts, *goodput* what was answered in time. `latency_all` is of all requests: a failed one counts until
the client knows that it failed, so that latency does not look better the more is given up.

**Who calls nobody is answered by nobody.** A request that makes no call, for want of a link, of a link for its
class, or by the probability of its links, fails at once (*unavailable*). What is only sent (mode `send`)
succeeds once it is sent.

**Timeouts and retries** are on the link that leaves it. With several links, each request uses them in
their order.

**Tenants** are organisations to which users belong, of the same or of Zipf's sizes: a rate limit, a hash or shuffle
shards *by tenant* keep one from hurting others, and the results say how many are hurt.

**Wrong credentials** make some of its requests, or all, logins with a wrong password, at its own accounts or at those
of another client (credential stuffing). Authentication refuses them, its *lockout* before the auth server is asked.

**The last mile** is that link too: its delay, loss, bandwidth and connections. A *profile* (slow-2g … fibre) gives it
the round trip and the bandwidth that it does not say itself: an answer of 100 kB takes 16 s with slow-2g, 1.14 s with
3g, beside the round trips. Each request has that bandwidth for itself; one that the link says is shared by all. All
users of a client share its connections, unless the link says that each holds its own (*Held by* user).

**Where it is** its frame says: one with a place, or with round trips to others.

**Left out:** how the last miles of single users differ, and their losses (set them on the link).

Compare: users' browsers and phones; load generators such as k6, wrk2, Gatling, Locust.
"""


class ClientConfig(Config):
    """What a client sends."""

    arrivals: Arrivals = setting(
        Poisson(),
        title="Arrivals",
        group="Traffic",
        help="How requests come. The default, 50 rps Poisson, is many independent users.",
    )
    mix: dict[str, Annotated[float, Field(ge=0.0, le=1e9)]] = setting(
        {},
        title="Mix",
        unit="%",
        group="Traffic",
        help="Share of each request class; shares need not sum to 1. Equal shares when left out.",
    )
    profile: ProfileName | None = PROFILE
    tenants: Tenants | None = TENANTS
    wrong_credentials: WrongCredentials | None = WRONG_CREDENTIALS


def lower(config: ClientConfig, context: Lowering) -> NodePlan:
    """Traffic, and nothing else."""
    mix = mix_plan(config.mix, context.classes)
    traffic = traffic_plan(config.arrivals, mix, context.classes)
    return NodePlan(
        id=context.id, traffic=with_users(traffic, config.tenants, config.wrong_credentials)
    )


PRESET = Preset(
    Component(
        kind="client",
        title="Client",
        category="Traffic",
        summary="Sends requests and waits for answers",
        icon="client",
        help=HELP,
        config=ClientConfig,
        input="none",
        output="calls",
        metrics=(
            Metric(name="sessions", title="live sessions, mean"),
            Metric(name="session_length", title="session length", unit="s"),
            Metric(name="sessions_begun", title="sessions begun", counts=True),
            *(replace(each, needs="tenants") for each in Tenants.metrics),
        ),
    ),
    lower,
)
