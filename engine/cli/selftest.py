"""``windtunnel selftest``: whether this installation, frozen or not, computes what it should.

The simulation's hash is the same on every machine with the pinned numpy. It changes only when a change of
the engine changes results; ``EXPECTED`` then changes with it, knowingly.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from engine.catalog import COMPONENTS
from engine.cli.console import PlainConsole
from engine.cli.errors import OK
from engine.model.files import loads
from engine.records import dataclass
from engine.run.session import Session
from engine.sim.compiled import lane_mode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FAILED: Final = 1
EXPECTED: Final = "d176909a285bf09d57282b5183ab90b1a0e2ddedde96fbd652c99796d2d2d6ca"

_LAW: Final = {"law": "lognormal", "mean": 0.02, "cv2": 2.0}
_DESIGN: Final[dict[str, Any]] = {
    "windtunnel": 1,
    "title": "Self-test",
    "classes": [
        {"name": "read", "operation": "read"},
        {"name": "write", "operation": "write"},
    ],
    "nodes": [
        {"id": "users", "kind": "client", "config": {"mix": {"read": 9, "write": 1}}},
        {"id": "balancer", "kind": "load_balancer", "config": {"picker": "power_of_two"}},
        {
            "id": "web",
            "kind": "service",
            "config": {"instances": 2, "workers": 4, "service_time": _LAW, "queue_limit": 20},
        },
        {"id": "cache", "kind": "cache", "config": {"capacity": 500}},
        {"id": "db", "kind": "sql_database", "config": {"connections": 4}},
        {"id": "orders", "kind": "queue"},
        {"id": "mailer", "kind": "worker"},
    ],
    "links": [
        {
            "id": "users-balancer",
            "source": "users",
            "target": "balancer",
            "config": {"timeout": 1.0, "retry": {"attempts": 2}, "delay": 0.01, "jitter": 0.002},
        },
        {"id": "balancer-web", "source": "balancer", "target": "web"},
        {"id": "web-cache", "source": "web", "target": "cache"},
        {"id": "cache-db", "source": "cache", "target": "db", "config": {"timeout": 0.5}},
        {
            "id": "web-orders",
            "source": "web",
            "target": "orders",
            "config": {"order": 1, "classes": ["write"], "mode": "send"},
        },
        {"id": "orders-mailer", "source": "orders", "target": "mailer"},
    ],
    "scenario": {
        "duration": 120,
        "warmup": 10,
        "seed": 7,
        "events": [
            {"at": 40, "duration": 20, "target": "web", "change": "kill", "instances": 1},
            {"at": 80, "target": "cache", "change": "flush"},
        ],
    },
}


@dataclass(frozen=True, slots=True)
class Probe:
    """A check: its name, and what makes it. It returns what it saw and raises where that is wrong."""

    name: str
    check: Callable[[], str]


def run(probes: Sequence[Probe] = ()) -> int:
    """Make all checks and say how they went. ``probes`` are more of them, such as the window's."""
    console = PlainConsole()
    bad = 0
    for probe in (*_OWN, *probes):
        try:
            seen, style = probe.check(), "green"
        except Exception as error:  # noqa: BLE001 - a self-test reports whatever goes wrong
            seen, style = f"{type(error).__name__}: {error}", "bold red"
            bad += 1
        word = "ok" if style == "green" else "FAILED"
        console.print(Text.assemble((f"{word:7}", style), f"{probe.name}: {seen}"), soft_wrap=True)
    return FAILED if bad else OK


def simulation_hash() -> str:
    """Hash of the self-test's simulation."""
    session = Session(loads(json.dumps(_DESIGN), "self-test"))
    session.advance(session.design.scenario.duration)
    return str(session.result()["hash"])


def _components() -> str:
    """The catalog is whole."""
    kinds = [component.kind for component in COMPONENTS]
    if len(set(kinds)) != len(kinds) or "service" not in kinds:
        msg = f"the catalog holds {kinds}"
        raise ValueError(msg)
    return f"{len(kinds)} ({', '.join(kinds)})"


def _simulation() -> str:
    """The simulation gives the numbers that it gives everywhere."""
    found = simulation_hash()
    if found != EXPECTED:
        msg = f"hash {found}, expected {EXPECTED}"
        raise ValueError(msg)
    return f"hash {found}"


_OWN: Final = (
    Probe("components", _components),
    Probe("simulation", _simulation),
    Probe("request lane", lane_mode),
)
