"""Runs in which next to no time passes between events end with a reason, and never go on for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import run
from engine.run.pace import PaceGuard
from engine.run.session import Session, StandstillError
from tests.helpers.builders import client, constant, design, link, node, raw_design


@pytest.mark.parametrize("interval", [1e-300, 1e-14, 1e-11])
@pytest.mark.parametrize("kind", ["dns", "load_balancer"])
def test_checks_after_next_to_no_time(
    interval: float, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each leaves a time limit behind, so that memory would end before time goes on."""
    monkeypatch.setattr("engine.sim.clock._AT_ONCE", 20_000)
    field = "check" if kind == "dns" else "health"
    nodes = [client("users", 20.0), node("door", kind, **{field: {"interval": interval}})]
    nodes += [node("web", "service"), node("spare", "service")]
    links = [link("users", "door"), link("door", "web"), link("door", "spare")]
    with pytest.raises(StandstillError, match="such as checks and heartbeats, a longer interval"):
        Session(design(nodes, links, duration=60.0, warmup=0.0)).advance(60.0)


@pytest.mark.parametrize("field", ["ttl", "renew"])
def test_leases_that_are_renewed_after_next_to_no_time(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are events of requests: of those, far more may come at one time."""
    monkeypatch.setattr("engine.run.pace._EVENTS", 100_000)
    lease = {"coordinator": "zoo", field: 1e-14}
    nodes = [client("users", 20.0), node("web", "service", instances=9, lease=lease)]
    nodes.append(node("zoo", "coordinator", instances=1, workers=1, queue_limit=0))
    made = design(nodes, [link("users", "web"), link("web", "zoo")], duration=60.0, warmup=0.0)
    session = Session(made)
    with pytest.raises(StandstillError, match=r"hardly goes on at .* such as renewals"):
        session.advance(60.0)


def test_many_events_at_one_time_are_no_standstill() -> None:
    guard = PaceGuard()
    for step in range(1000):
        guard.watch(step * 1e-7, step * guard.patience)
    guard.watch(1e-4, 0)  # another run
    guard.watch(1e-4, guard.patience)
    with pytest.raises(StandstillError):
        guard.watch(1e-4, guard.patience + 1)


def test_the_command_line_says_it_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [client("users", 1.0), node("dns", "dns", check={"interval": 1e-14})]
    nodes.append(node("web", "service", service_time=constant(0.01)))
    path = tmp_path / "quick.windtunnel"
    path.write_text(json.dumps(raw_design(nodes, [link("users", "dns"), link("dns", "web")])))
    assert run(["simulate", str(path), "--quiet"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("windtunnel: quick.windtunnel: simulated time stands still")
    assert err.count("\n") == 1
