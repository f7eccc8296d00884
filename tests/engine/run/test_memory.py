"""A run has an end of memory: it stops cleanly, names who takes it, and shows what was measured so far."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.model.edits import SetField
from engine.run.memory import MemoryGuard, resident
from engine.run.protocol import Ack, Halted, Progress, Run, SetSpeed, StartOver
from engine.run.session import MemoryLimitError, Session
from engine.run.transport import WorkerTransport
from engine.study.points import Variant, run_point
from tests.helpers.builders import Raw, client, constant, design, link, node, raw_design

LIMIT = 3e7
_DEADLINE = 120.0


def raw_flood(**config: object) -> Raw:
    """A service that is offered a hundred times what it can do, and its database, which rests."""
    nodes = [
        client("users", 100_000.0),
        node("web", "service", workers=1, service_time=constant(0.001), **config),
        node("db", "sql_database", connections=8),
    ]
    return raw_design(nodes, [link("users", "web"), link("web", "db")], duration=1e5, warmup=0)


def flood(**config: object) -> Design:
    raw = raw_flood(**config)
    return design(raw["nodes"], raw["links"], duration=1e5, warmup=0)


def test_the_queue_that_grows_is_named_and_what_was_measured_is_whole() -> None:
    session = Session(flood(), memory=LIMIT)
    with pytest.raises(MemoryLimitError, match=r"Web's queue holds \d+ thousand requests; give it"):
        session.advance(1e5)
    result = session.result()
    stop = result["stopped"]
    assert (stop["reason"], stop["node"], stop["at"]) == ("memory", "web", session.now)
    assert result["duration"] == session.now
    assert result["nodes"]["web"]["arrivals"] > 10_000
    assert result["nodes"]["web"]["utilization"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("discipline", ["ps", "lifo", "priority"])
def test_whoever_holds_most_is_named_in_every_discipline(discipline: str) -> None:
    with pytest.raises(MemoryLimitError, match=r"Web('s queue)? holds .* requests; "):
        Session(flood(discipline=discipline), memory=LIMIT).advance(1e5)


@pytest.mark.parametrize(
    ("arrivals", "rules", "told"),
    [
        ({"rate": 1e5}, {"delay": constant(1e5)}, r"Users → Web holds \d+ thousand calls"),
        (
            {"rate": 1e5},
            {"bulkhead": {"concurrent": 3, "pending": 10**6}},
            r"Users → Web holds \d+ thousand calls",
        ),
        (
            {"rate": 1e5},
            {"connection": {"max_connections": 2}},
            r"Users → Web holds \d+ thousand calls",
        ),
        (
            {"rate": 1e5},
            {"retry": {"attempts": 9, "backoff": {"base": 1000.0, "jitter": "none"}}},
            r"Users waits for \d+ thousand requests",
        ),
        (
            {"process": "sessions", "rate": 1e5, "requests": 1000, "think_time": constant(1e4)},
            {},
            r"Users has \d+ thousand sessions under way",
        ),
    ],
)
def test_what_no_node_holds_is_told_of_the_link_or_of_the_users(
    arrivals: Raw, rules: Raw, told: str
) -> None:
    users = client("users", 1.0)
    users["config"]["arrivals"] = {"process": "poisson"} | arrivals
    web = node("web", "service", workers=2, service_time=constant(1.0), queue_limit=1)
    made = design([users, web], [link("users", "web", **rules)], duration=1e5, warmup=0)
    with pytest.raises(MemoryLimitError, match=told) as caught:
        Session(made, memory=LIMIT).advance(1e5)
    assert caught.value.stop.node == "users"


@pytest.mark.parametrize("name", ["100% real", "50 %s", "{users}"])
def test_names_are_told_as_they_are(name: str) -> None:
    users = client("users", 1e5) | {"name": name}
    web = node("web", "service", service_time=constant(1.0))
    made = design([users, web], [link("users", "web", delay=constant(1e5))], duration=1e5, warmup=0)
    with pytest.raises(MemoryLimitError) as caught:
        Session(made, memory=LIMIT).advance(1e5)
    assert f"{name} → Web holds" in caught.value.stop.text


def test_nobody_is_blamed_for_what_a_few_requests_cannot_hold() -> None:
    """Hardly anybody is under way, and a cache keeps more and more."""
    users = client("users", 1e5)
    users["config"]["mix"] = {"get": 1.0}
    nodes = [
        users,
        node("cache", "cache", capacity=10**7),
        node("web", "service", workers=1000, service_time=constant(1e-5)),
    ]
    links = [link("users", "cache"), link("cache", "web")]
    kinds = [{"name": "get", "keys": {"law": "uniform", "count": 10**7}}]
    made = design(nodes, links, duration=1e5, warmup=0, classes=kinds)
    with pytest.raises(MemoryLimitError, match="it is in no queue; lower the load or") as caught:
        Session(made, memory=LIMIT).advance(1e5)
    assert caught.value.stop.node is None


def test_what_stays_small_goes_on() -> None:
    session = Session(flood(queue_limit=100), memory=LIMIT)
    assert session.advance(2.0)
    assert "stopped" not in session.result()


def test_a_guard_counts_from_where_the_process_stands() -> None:
    assert resident() > 1e6
    for limit, full in ((1e9, False), (-1e9, True)):
        guard = MemoryGuard(limit)
        assert any(guard.is_full() for _ in range(200)) is full


def test_the_command_line_stops_with_its_own_code_and_the_result(tmp_path: Path) -> None:
    path = tmp_path / "flood.windtunnel"
    path.write_text(json.dumps(raw_flood()))
    done = subprocess.run(
        [sys.executable, "-m", "app", "simulate", str(path), "--memory", "30MB", "--json", "-"],
        capture_output=True, text=True, timeout=_DEADLINE, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("windtunnel: flood.windtunnel: stopped at ")
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["stopped"]["node"] == "web"


def test_a_study_says_it_of_the_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session.__init__, "__defaults__", (LIMIT, None))
    outcome = run_point(Variant.of(flood()).point(1))
    assert outcome.error is not None
    assert outcome.error.startswith("stopped at ")
    assert "Web's queue holds" in outcome.error


def test_the_process_behind_the_window_says_it_and_stays() -> None:
    transport = WorkerTransport()
    try:
        for command in (StartOver(flood(), LIMIT), SetSpeed(float("inf")), Run()):
            transport.send(command)
        said: list[object] = []
        while not any(isinstance(each, Halted) for each in said):
            assert transport.wait(_DEADLINE)
            for report in transport.poll():
                said.append(report)
                if isinstance(report, Progress):
                    transport.send(Ack())
        (halted,) = (each for each in said if isinstance(each, Halted))
        assert "Web's queue holds" in halted.message
        assert transport.alive
    finally:
        transport.close()


def test_check_warns_of_it_with_a_fix() -> None:
    found = [each for each in check(flood()) if each.code == "endless-queue"]
    assert [(each.level, each.id) for each in found] == [("warning", "web")]
    assert isinstance(found[0].fix, SetField)
    mended = found[0].fix.apply(flood()).design
    assert not [each for each in check(mended) if each.code == "endless-queue"]


@pytest.mark.parametrize(
    ("arrivals", "warned"),
    [
        ({"process": "poisson", "rate": 900}, False),
        ({"process": "poisson", "rate": [[0, 100], [10, 2000], [20, 100]]}, True),
        ({"process": "mmpp", "rate": 500, "burst_factor": 4}, True),
        ({"process": "mmpp", "rate": 500, "burst_factor": 1.5}, False),
        ({"process": "closed", "users": 10_000, "think_time": 0.1}, False),
    ],
)
def test_peaks_count_and_waiting_users_do_not(arrivals: dict[str, object], warned: bool) -> None:
    web = node("web", "service", workers=1, service_time=constant(0.001))
    made = design([node("users", "client", arrivals=arrivals), web], [link("users", "web")])
    assert any(each.code == "endless-queue" for each in check(made)) is warned


def test_what_was_given_up_keeps_nothing_alive_but_itself() -> None:
    nodes = [
        client("users", 900.0),
        node("lb", "load_balancer"),
        node("web", "service", workers=50, service_time=constant(0.001), hold_while_waiting=False),
        node("db", "sql_database", connections=1, read_time=constant(0.002)),
    ]
    links = [
        link(*ends, timeout=span)
        for ends, span in ((("users", "lb"), 0.4), (("lb", "web"), 0.3), (("web", "db"), 0.2))
    ]
    session = Session(design(nodes, links, duration=60, warmup=0))
    session.advance(30.0)
    waiting = session.snapshot().gauges["db"].waiting
    assert waiting > 5000
    gc.collect()
    alive = sum(type(each).__name__ == "Call" for each in gc.get_objects())
    assert alive < 0.2 * waiting + 2000
