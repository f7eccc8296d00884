"""Designs in which time would stand still: refused where that is plain, else ended with one clear line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.catalog import DesignError, check, lower
from engine.cli.main import run
from engine.model.design import Design
from engine.model.files import loads
from engine.run.protocol import Failed, StartOver, StepTime
from engine.run.session import Session, StandstillError
from engine.run.worker import Worker
from engine.sim.lane import agenda
from tests.helpers.builders import constant, design, exponential, link, node, raw_design

Raw = dict[str, Any]


def raw_closed(think: Any, service: Raw, *, users: int = 3, **more: Any) -> Raw:
    arrivals = {"process": "closed", "users": users, "think_time": think}
    web = node("web", "service", service_time=service, **more.pop("web", {}))
    nodes = [node("users", "client", arrivals=arrivals), web, *more.pop("nodes", [])]
    links = [link("users", "web", **more.pop("policy", {})), *more.pop("links", [])]
    return raw_design(nodes, links, duration=10, warmup=1, **more)


def closed(think: Any, service: Raw, **more: Any) -> Design:
    return loads(json.dumps(raw_closed(think, service, **more)), "test")


def errors(made: Design) -> list[str]:
    return [finding.code for finding in check(made) if finding.level == "error"]


@pytest.mark.parametrize("think", [0, constant(0.0), exponential(0.0)])
def test_a_plain_circle_in_no_time_is_refused_and_thinking_settles_it(think: Any) -> None:
    made = closed(think, constant(0.0))
    [finding] = [each for each in check(made) if each.level == "error"]
    assert (finding.code, finding.id) == ("no-time", "users")
    with pytest.raises(DesignError, match="no time"):
        lower(made)
    assert finding.fix is not None
    after = finding.fix.apply(made).design
    assert errors(after) == []
    Session(after).advance(10.0)


@pytest.mark.parametrize(
    ("think", "service", "more"),
    [
        (0.5, constant(0.0), {}),
        (0.0, constant(0.01), {}),
        (0.0, constant(0.0), {"policy": {"delay": 0.001}}),
        (0.0, constant(0.0), {"policy": {"jitter": 0.001}}),
        (0.0, constant(0.0), {"nodes": [node("db", "sql_database")], "links": [link("web", "db")]}),
        (0.0, constant(0.0), {"users": 0}),
    ],
)
def test_whatever_takes_time_is_enough(think: float, service: Raw, more: Raw) -> None:
    made = closed(think, service, **more)
    assert errors(made) == []
    Session(made).advance(0.1)


@pytest.mark.parametrize("mode", ["send", "call"])
def test_only_what_is_waited_for_takes_time(mode: str) -> None:
    made = closed(0.0, constant(0.0), nodes=[node("db", "sql_database")], links=[link("web", "db", mode=mode)])  # fmt: skip
    assert errors(made) == (["no-time"] if mode == "send" else [])


def test_open_clients_need_no_time() -> None:
    nodes = [node("users", "client"), node("web", "service", service_time=constant(0.0))]
    assert errors(design(nodes, [link("users", "web")])) == []


# Refused at once, and asking again at once: nothing shows it before it happens.
STUCK = raw_closed(0.0, constant(0.1), users=30, web={"queue_limit": 0, "workers": 1})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "STANDSTILL", 50_000)


@pytest.mark.usefixtures("impatient")
def test_the_session_ends_it() -> None:
    with pytest.raises(
        StandstillError, match=r"stands still at 0 s: .* give somebody a think time"
    ):
        Session(loads(json.dumps(STUCK), "test")).advance(1.0)


@pytest.mark.usefixtures("impatient")
def test_the_command_line_says_it_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stuck.windtunnel"
    path.write_text(json.dumps(STUCK))
    assert run(["simulate", str(path), "--quiet"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("windtunnel: stuck.windtunnel: simulated time stands still")
    assert captured.err.count("\n") == 1


@pytest.mark.usefixtures("impatient")
def test_the_worker_says_it_without_the_name_of_a_class() -> None:
    said: list[object] = []
    worker = Worker(said.append, lambda: 0.0)
    worker.handle(StartOver(loads(json.dumps(STUCK), "test")))
    worker.handle(StepTime(1.0))
    worker.turn()
    [failed] = [each for each in said if isinstance(each, Failed)]
    assert failed.message.startswith("simulated time stands still at 0 s")
