"""Auth server: logs users in, renews their tokens, and says whether a credential is good.

Models the work of each, by the purpose of the call that a gate makes. Leaves out where passwords and keys
are kept, and the redirects of OAuth: draw a database behind it where look-ups need one.
"""

from __future__ import annotations

from engine.catalog.instances import instance_metrics
from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.autoscale import AUTOSCALE, Autoscale
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Exponential, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.spread import SPREAD
from engine.model.station import START_UP, StartUp
from engine.plan.lower import law_plan
from engine.plan.primitives import IssuePlan, NodePlan, StationPlan
from engine.plan.station import start_plan

HELP = """\
Says who somebody is. Draw a link from the node that wants to know to this one, switch on **authentication** in
that node's *Admission* and name this one as its *auth server*: the link is then for that gate alone.

- **token:** users hold signed tokens (JWT), checked where they are shown. Only renewals come here: of 1000 users
  with tokens of an hour *1000 ÷ 3600 s* = .28 a second, whatever they ask for.
- **introspection:** every request is asked about here: 1000 users with 5 requests a second are 5000 rps.
- **session:** the same for a session, begun by a login.

A user who has no credential **logs in**; one whose token has ended **refreshes** it; who has been away for
another lifetime logs in anew. Calls of a user wait together for one credential.

**Revoke** (*Break it*) takes the access of some users away. By introspection they are out at once. A token is
good until it ends, so they get in for half a lifetime on average, and a whole one at most: *let in though
revoked*.

**Its key rotates** (*Rotate the signing key*): from then on another one signs. With *Keys (JWKS)* on, each instance
that checks tokens fetches the keys and keeps them, 300 s by default, so it does not know the new one at once: it
refuses what that signed until it asks again, at once where the *cooldown* allows it. Publish the key as long *ahead*
as sets are kept, let the old one *overlap* as long as tokens last, and nobody is refused. An old key that goes earlier
costs *1 - overlap ÷ lifetime* of the users a request; so does any request whose instance cannot fetch the keys.

**End all sessions** logs everybody out: *N* users who come back at once keep the workers busy for *N × 100 ms ÷ workers*.

**Lockout** locks an account after some wrong passwords, before they are worked on here: *burst + rate × t* at most are.
Its owner cannot log in then either, which is what some attackers want. Wrong passwords are a setting of clients.

**It fails** by being down or overloaded. Who is not answered is refused (*unauthorized*). By introspection that is
everybody, at once. With tokens those who hold one go on: a share *1 - t ÷ lifetime* after a time *t*.

A login costs 100 ms of work, since hashing a password is meant to be slow: ten a second a worker. So it is logins,
not look-ups, that bring it down when all users come at once (*Signed in at start* 0 %).

**Left out:** guesses that are right, second factors, sessions that end by idling, clients that renew a token which was
refused though it is new.

Compare: Keycloak, Auth0, Okta, Ory Hydra, Amazon Cognito.
"""


class AuthConfig(Config):
    """Work and capacity of an auth server."""

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
        help="Requests that an instance works on at the same time.",
        ge=1,
        le=100_000,
    )
    introspection: Law = setting(
        Exponential(mean=0.0005),
        title="Looking up",
        unit="s",
        group="Work",
        help="Work of saying whether a credential is good, and of every call that is for nothing else: .5 ms is a "
        "look-up in memory and its answer.",
    )
    refresh: Law = setting(
        Constant(mean=0.002),
        title="Refresh",
        unit="s",
        group="Work",
        help="Work of renewing a token: 2 ms for looking up the refresh token and signing another one.",
    )
    login: Law = setting(
        Constant(mean=0.1),
        title="Login",
        unit="s",
        group="Work",
        help="Work of logging a user in: 100 ms of hashing the password, which is slow on purpose (bcrypt, Argon2).",
    )
    keys: Law = setting(
        Constant(mean=0.0005),
        title="Its keys",
        unit="s",
        group="Work",
        help="Work of telling somebody the keys by which tokens are checked (JWKS): a small file.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Queue",
        help="Waiting places an instance; none is unbounded.",
        ge=0,
        le=10_000_000,
    )
    admission: Admission | None = ADMISSION
    start_up: StartUp | None = START_UP
    autoscale: Autoscale | None = AUTOSCALE
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: AuthConfig, context: Lowering) -> NodePlan:
    """A station for look-ups, with the work of what it issues beside that."""
    return NodePlan(
        id=context.id,
        autoscale=config.autoscale,
        issue=IssuePlan(
            login=law_plan(config.login),
            refresh=law_plan(config.refresh),
            keys=law_plan(config.keys),
        ),
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=context.each(config.introspection),
            queue_limit=config.queue_limit,
            start=start_plan(config.start_up),
        ),
    )


PRESET = Preset(
    Component(
        kind="auth",
        title="Auth server",
        category="Compute",
        summary="Logs users in, renews and checks their tokens",
        icon="auth",
        help=HELP,
        config=AuthConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="instance_hour"),
        metrics=(
            Metric(name="looked_up", title="credentials looked up", counts=True),
            Metric(name="refreshed", title="tokens renewed", counts=True),
            Metric(name="logged_in", title="logins", counts=True),
            Metric(name="keys_fetched", title="key sets fetched", counts=True),
            *instance_metrics(AuthConfig),
        ),
    ),
    lower,
)
