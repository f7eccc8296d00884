"""The kinds of events, one record each: everybody who lists, shows or checks events reads them here.

A new kind is a record here and an effect in ``engine.control.effects``. Its fields are in ``event_fields``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.model.event_fields import (
    AHEAD,
    ANSWERED_AFTER,
    BYTES,
    FACTOR,
    INSTANCE,
    INSTANCES,
    KEY,
    OVERLAP,
    PATH,
    PROBABILITY,
    RAMP,
    SECONDS,
    STORE_OF,
    THROUGH,
    TIME_A_HOP,
    TIME_TO_DRAIN,
    TOWARDS,
    USER,
    VALUE,
    WITH,
    WORKERS,
)
from engine.model.event_record import EventKind, MenuChoice

EVENT_KINDS: Final = (
    EventKind(
        name="kill",
        stops=True,
        title="Kill instances",
        help="Instances die; they come back when the event ends.",
        icon="kill",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} killed{of_instances}",
        badge="killed{instances}",
        fields=(INSTANCES, INSTANCE, THROUGH),
        menu=(
            MenuChoice(text="Kill one instance", values=(("instances", 1),)),
            MenuChoice(text="Kill all instances"),
            MenuChoice(text="Kill everything inside", on=("frame",)),
        ),
    ),
    EventKind(
        name="slow",
        title="Slow down",
        help="Work takes longer by a factor, also the work under way; what is left when the event ends goes "
        "on at full pace.",
        icon="slow",
        tone="strain",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} slow × {factor}{of_instances}",
        badge="slow × {factor}{instances}",
        fields=(replace(FACTOR, help="Times longer work."), INSTANCES, INSTANCE, RAMP, THROUGH),
        menu=(
            MenuChoice(text="Slow × {factor}"),
            MenuChoice(text="Slow everything × {factor}", on=("frame",)),
        ),
    ),
    EventKind(
        name="freeze",
        stops=True,
        title="Freeze instances",
        help="All work stands still: connections stay, requests still come and wait; then it goes on.",
        icon="freeze",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} frozen{of_instances}",
        badge="frozen{instances}",
        fields=(INSTANCES, INSTANCE, THROUGH),
        menu=(
            MenuChoice(text="Freeze one instance", values=(("instances", 1),)),
            MenuChoice(text="Freeze all instances"),
            MenuChoice(text="Freeze everything inside", on=("frame",)),
        ),
    ),
    EventKind(
        name="error",
        title="Answer with errors",
        help="A share of the requests fails. Who fails at once is free for more: a balancer that looks for "
        "the fewest connections then sends most of the requests there.",
        icon="error",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} fails {probability}{after}{of_instances}",
        badge="errors {probability}{instances}",
        fields=(
            replace(PROBABILITY, title="Share of requests", help="Share that fails."),
            ANSWERED_AFTER,
            INSTANCES,
            RAMP,
            THROUGH,
        ),
        menu=(
            MenuChoice(text="Errors {probability}", on=("node", "frame")),
            MenuChoice(
                text="Errors at once on one instance",
                values=(("probability", 1.0), ("seconds", 0.0), ("instances", 1)),
            ),
        ),
    ),
    EventKind(
        name="wrong",
        title="Answer wrongly",
        help="A share of the answers is wrong, and nobody notices: callers go on with them, so that their own "
        "answers are wrong as well. They count as answered, and under wrong.",
        icon="error",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} answers {probability} wrongly{of_instances}",
        badge="wrong {probability}{instances}",
        fields=(
            replace(PROBABILITY, title="Share of answers", help="Share that is wrong."),
            INSTANCES,
            RAMP,
            THROUGH,
        ),
        menu=(
            MenuChoice(text="Wrong answers {probability}"),
            MenuChoice(
                text="Wrong answers of one instance",
                values=(("probability", 1.0), ("instances", 1)),
            ),
        ),
    ),
    EventKind(
        name="omission",
        title="Never answer",
        help="A share of the requests is never answered, though it is worked on: who called waits until its "
        "timeout, and without one for ever.",
        icon="loss",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} never answers {probability}{of_instances}",
        badge="no answer {probability}{instances}",
        fields=(
            replace(PROBABILITY, title="Share of requests", help="Share without an answer."),
            INSTANCES,
            RAMP,
            THROUGH,
        ),
        menu=(MenuChoice(text="Never answer {probability}"),),
        silences=True,
    ),
    EventKind(
        name="leak",
        title="Leak",
        help="Memory, or workers of a pool, are never given back. The event over, no more leaks; what is lost "
        "comes back when its instance restarts.",
        icon="slow",
        tone="strain",
        stays=True,
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} leaks{leaks}{of_instances}",
        badge="leaks{leaks}{instances}",
        fields=(BYTES, WORKERS, INSTANCES),
        menu=(
            MenuChoice(text="Leak {workers} workers a second"),
            MenuChoice(text="Leak {workers} worker a second", values=(("workers", 1.0),)),
        ),
    ),
    EventKind(
        name="drain",
        title="Drain instances",
        help="Instances are taken out of rotation: callers, balancers, queues and DNS give them nothing new, and they "
        "go on with what they have, connections of layer 4 and sticky users included. Once their time to drain is "
        "up they stop: whoever is inside fails with crashed, connections close, sessions in memory are lost. They "
        "are back when the event ends.",
        icon="eject",
        tone="setting",
        hits="nodes",
        targets=("node", "frame"),
        sentence="{target} drained{of_instances}{within}",
        badge="draining{instances}",
        fields=(
            TIME_TO_DRAIN,
            INSTANCES,
        ),
        menu=(
            MenuChoice(text="Drain one instance", values=(("instances", 1),)),
            MenuChoice(text="Drain all instances"),
            MenuChoice(text="Drain everything inside", on=("frame",)),
        ),
        drains=True,
    ),
    EventKind(
        name="delay",
        title="Add delay",
        help="Each crossing takes longer.",
        icon="delay",
        tone="strain",
        hits="links",
        targets=("link", "node", "frame"),
        sentence="{target} delayed by {seconds}{towards}",
        badge="delay + {seconds}",
        fields=(SECONDS, TOWARDS, RAMP, THROUGH),
        menu=(
            MenuChoice(text="Delay + {seconds}", on=("link", "frame")),
            MenuChoice(text="Delay + {seconds}", on=("link",), values=(("seconds", 2.0),)),
            MenuChoice(text="Delay + {seconds} to {with}", on=("frame",), sided=True),
        ),
    ),
    EventKind(
        name="loss",
        title="Lose packets",
        help="A share of the crossings is lost.",
        icon="loss",
        tone="strain",
        hits="links",
        targets=("link", "node", "frame"),
        sentence="{target} loses {probability}{towards}",
        badge="loss {probability}",
        fields=(
            replace(PROBABILITY, title="Share lost", help="Share of crossings.", default=0.05),
            TOWARDS,
            RAMP,
            THROUGH,
        ),
        menu=(
            MenuChoice(text="Lose {probability}", on=("link", "frame")),
            MenuChoice(text="Lose {probability} to {with}", on=("frame",), sided=True),
        ),
    ),
    EventKind(
        name="partition",
        stops=True,
        title="Cut off",
        help="Two sides no longer reach each other. Without a second one a frame is cut from all that lies outside, and a "
        "node or a link from everybody; of a node that is spread over frames the instances inside are cut from the others.",
        icon="partition",
        tone="fault",
        hits="links",
        targets=("node", "frame", "link"),
        sentence="{target} cut {side}",
        badge="cut off",
        fields=(
            replace(WITH, help="The other side.", required=False, hint="everything else"),
            THROUGH,
        ),
        menu=(
            MenuChoice(text="Cut off from {with}", on=("node", "frame"), sided=True),
            MenuChoice(text="Cut off from everything outside", on=("frame",)),
            MenuChoice(text="Cut it", on=("link",), sided=True),
        ),
    ),
    EventKind(
        name="split",
        title="Cut instances off",
        help="Some instances of a cluster no longer reach the others, nor these them. Callers reach all of them still.",
        icon="partition",
        tone="fault",
        hits="replicas",
        targets=("node", "frame"),
        sentence="{target} split{of_instances}",
        badge="split{instances}",
        fields=(
            replace(
                INSTANCES,
                help="How many instances are on the one side.",
                default=1,
                required=True,
                hint="",
            ),
        ),
        menu=(MenuChoice(text="Cut one instance off from the others"),),
        misses="has no replicas that could be cut off from each other; name a key-value cluster",
    ),
    EventKind(
        name="clock",
        title="Put a clock wrong",
        help="The clocks of some instances are fast: what is written there passes for newer than it is.",
        icon="delay",
        tone="fault",
        hits="replicas",
        targets=("node", "frame"),
        sentence="clocks of {target} {seconds} fast{of_instances}",
        badge="clock {seconds} fast{instances}",
        fields=(
            replace(SECONDS, title="Fast by", help="By how much the clock is fast.", default=1.0),
            replace(INSTANCES, default=1),
        ),
        menu=(MenuChoice(text="Put one clock {seconds} fast"),),
        misses="tells nothing by clocks; name a key-value cluster",
    ),
    EventKind(
        name="flush",
        title="Flush the store",
        help="A store forgets everything. Where each instance has a store of its own, as the points of presence of a CDN, "
        "a ring of caches or a cluster, one of them may be meant, or those in a frame.",
        icon="flush",
        tone="fault",
        hits="stores",
        targets=("node", "frame"),
        sentence="{target} flushed{of_instances}",
        badge="flushed{instances}",
        fields=(STORE_OF,),
        menu=(MenuChoice(text="Flush what it keeps"),),
        misses="keeps nothing that could be flushed; name a cache or a key-value cluster",
        instant=True,
    ),
    EventKind(
        name="revoke",
        title="Revoke access",
        help="Some users may not come in any more: their credentials are worth nothing to whoever asks. A token that "
        "is checked without asking is good until it ends. The event over, they may log in again.",
        icon="auth",
        tone="setting",
        hits="users",
        targets=("node", "frame"),
        sentence="{target}: access of {whose} revoked",
        badge="revoked {whom}",
        fields=(
            replace(
                PROBABILITY,
                title="Share of users",
                help="Share of the users of each client.",
                default=0.1,
                required=False,
                hint="none",
            ),
            USER,
        ),
        menu=(
            MenuChoice(text="Revoke the access of {probability} of the users"),
            MenuChoice(
                text="Revoke the access of user {user}",
                values=(("probability", None), ("user", 0)),
            ),
        ),
        misses="knows no users; name an auth server, or a node with authentication",
    ),
    EventKind(
        name="rotate",
        title="Rotate the signing key",
        help="The auth server signs tokens with another key from now on. Who keeps the keys (JWKS) does not know it "
        "before the next fetch, and refuses what it signed. What the old one signed is good for the overlap. All "
        "instances sign with the same key, whichever frame is named.",
        icon="auth",
        tone="setting",
        hits="keys",
        targets=("node", "frame"),
        sentence="{target}: signing key rotated{overlaps}{leads}",
        badge="key rotated",
        fields=(AHEAD, OVERLAP),
        menu=(
            MenuChoice(text="Rotate the signing key"),
            MenuChoice(
                text="Rotate the signing key, the old one worth nothing", values=(("overlap", 0.0),)
            ),
        ),
        misses="has no signing keys; name an auth server, or a node that checks tokens",
        instant=True,
    ),
    EventKind(
        name="expire",
        title="End all sessions",
        help="All credentials of an auth server, or all sessions of a service, end at once, as when all were begun at "
        "the same time: everybody has to log in, and comes for it with the next request. Of sessions in memory those end whose "
        "instance lies in the frame that is named.",
        icon="sessions",
        tone="fault",
        hits="logins",
        targets=("node", "frame"),
        sentence="{target}: all sessions and tokens ended",
        badge="sessions ended",
        menu=(MenuChoice(text="End all sessions and tokens"),),
        misses="has neither sessions nor tokens; name an auth server, a node with authentication or with sessions",
        instant=True,
    ),
    EventKind(
        name="compromise",
        title="Let an attacker in",
        help="An attacker has the node, and from each that he has goes on to all that its links lead to: over every link "
        "that lets anything through, be anybody calling or not. Links that are not allowed, boundaries of trust zones, "
        "cuts, and nodes that are dead stop him. Requests are answered as before. The event over, he is thrown out "
        "everywhere.",
        icon="attacker",
        tone="fault",
        hits="nodes",
        targets=("node", "frame"),
        sentence="Attacker on {target}{hops}",
        badge="compromised",
        fields=(TIME_A_HOP,),
        menu=(
            MenuChoice(text="Let an attacker in"),
            MenuChoice(text="Let an attacker in, {seconds} a hop", values=(("seconds", 5.0),)),
        ),
        spreads=True,
    ),
    EventKind(
        name="traffic",
        title="Change the load",
        help="The load is multiplied.",
        icon="traffic",
        tone="load",
        hits="clients",
        targets=("everything", "node", "frame"),
        sentence="Load × {factor} from {target}",
        everywhere="Load × {factor}",
        badge="traffic × {factor}",
        fields=(
            replace(FACTOR, title="Times the load", help="Times the load.", default=2.0),
            RAMP,
        ),
        menu=(
            MenuChoice(text="Traffic × {factor}"),
            MenuChoice(text="Traffic × {factor}", values=(("factor", 10.0),)),
            MenuChoice(text="No traffic", values=(("factor", 0.0),)),
        ),
        misses="makes no traffic; name a client or everything",
    ),
    EventKind(
        name="hot_key",
        title="Make a key hot",
        help="A share of the requests asks for one key, whatever they would have asked for: everybody wants the same "
        "thing at once. Caches, stores and whoever picks by key see it. A call that its link makes of another class, "
        "with keys of its own, asks for those.",
        icon="traffic",
        tone="load",
        hits="clients",
        targets=("everything", "node", "frame"),
        sentence="{probability} of the requests from {target} ask for key {key}",
        everywhere="{probability} of all requests ask for key {key}",
        badge="hot key {key}",
        fields=(
            KEY,
            replace(
                PROBABILITY,
                title="Share of requests",
                help="Share that asks for it, beside those that would anyway.",
                default=0.5,
            ),
            RAMP,
        ),
        menu=(MenuChoice(text="{probability} of the requests ask for one key"),),
        misses="makes no traffic; name a client or everything",
    ),
    EventKind(
        name="set",
        title="Change a setting",
        help="A config field has another value meanwhile.",
        icon="set",
        tone="setting",
        hits="settings",
        targets=("node", "link"),
        sentence="{target}: {path} = {value}",
        badge="changed",
        fields=(PATH, VALUE, THROUGH),
    ),
)
"""Every kind, in the order in which forms list them."""


def event_kind(name: str) -> EventKind:
    """The kind of that name.

    Raises:
        KeyError: where there is none.
    """
    for kind in EVENT_KINDS:
        if kind.name == name:
            return kind
    raise KeyError(name)


def kind_with_badge(text: str) -> EventKind | None:
    """The kind that a badge on a card tells of, by the words that it begins with."""
    return next((kind for kind in EVENT_KINDS if text.startswith(_head(kind))), None)


def _head(kind: EventKind) -> str:
    """What every badge of a kind begins with."""
    return kind.badge.partition("{")[0]
