"""`windtunnel spans`: waterfalls in the terminal, JSON, OTLP, and what is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from tests.helpers.builders import client, constant, exponential, link, node, raw_design


@pytest.fixture
def shop(tmp_path: Path) -> str:
    nodes = [
        client("users", 40.0),
        node("web", "service", workers=4, service_time=exponential(0.01)),
        node("db", "service", workers=2, service_time=exponential(0.005)),
    ]
    slow = {"at": 20, "duration": 3, "target": "db", "change": "slow", "factor": 100}
    links = [
        link("users", "web", timeout=0.5, delay=constant(0.001), retry={"attempts": 2}),
        link("web", "db"),
    ]
    raw = raw_design(nodes, links, duration=40, warmup=0, events=[slow])
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


def written(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert run(["spans", *argv, "--json", "-"]) == 0
    out: dict[str, Any] = json.loads(capsys.readouterr().out)
    return out


def test_the_traces_as_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop, "--slowest", "5")
    assert out["windtunnel_spans"] == 1
    assert out["sampling"]["failed"] == out["sampling"]["kept_failed"] > 0
    durations = [each["duration"] for each in out["traces"]]
    assert len(durations) == 5
    assert durations == sorted(durations, reverse=True)
    for each in out["traces"]:
        assert sum(each["spent"].values()) == pytest.approx(each["duration"], abs=1e-6)
        assert each["critical_path"][0]["start"] == each["start"]
        assert each["spans"][0]["parent"] is None
    assert {edge["link"] for edge in out["service_map"]} == {"users-web", "web-db"}
    assert written(capsys, shop, "--slowest", "5") == out


def test_only_the_failed_about_a_moment(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop, "--failed", "--at", "21")
    assert out["traces"]
    assert {each["reason"] for each in out["traces"]} == {"timeout"}
    assert all(18.0 <= each["start"] <= 22.0 for each in out["traces"])
    attempts = [
        span["attempt"] for span in out["traces"][0]["spans"] if span["link"] == "users-web"
    ]
    assert attempts == [1, 2]


def test_the_waterfall(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spans", shop, "--failed", "--slowest", "1"]) == 0
    out = capsys.readouterr().out
    assert "dropped" in out.splitlines()[0]
    assert "failed: timeout" in out.lower()
    assert "(attempt 2)" in out
    assert "went on for nobody" in out
    assert "* " in out
    assert "Service map" in out


def test_who_waits_without_a_call_waits_for_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A topic answers when its replicas have what it stored; whoever publishes waits for its call."""
    nodes = [client("users", 20.0), node("log", "topic"), node("reader", "worker")]
    raw = raw_design(nodes, [link("users", "log"), link("log", "reader")], duration=20, warmup=0)
    path = tmp_path / "log.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert run(["spans", str(path), "--node", "users", "--slowest", "1", "--sample", "0.5%"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "0.5 % of all" in lines[0]
    calling = [each for each in lines if "·····" in each]
    waiting = [each for each in lines if "ooooo" in each]
    assert ["Users" in each for each in calling] == [True]
    assert ["Log #0" in each for each in waiting] == [True]


def test_through_a_node(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    for each in written(capsys, shop, "--node", "db", "--slowest", "3")["traces"]:
        assert "db" in {span["node"] for span in each["spans"]}


def test_otlp(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "traces.json"
    assert run(["spans", shop, "--slowest", "2", "--otlp", str(target)]) == 0
    capsys.readouterr()
    read = json.loads(target.read_text(encoding="utf-8"))
    spans = [
        span
        for resource in read["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    assert len({span["traceId"] for span in spans}) == 2


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--node", "nobody"), "there is no node 'nobody'"),
        (("--at", "50"), "no time of a run of 40 s"),
        (("--slowest", "0"), "at least 1"),
        (("--sample", "2"), "no share"),
        (("--sample", "many"), "no share"),
        (("--otlp", "-", "--json", "-"), "give one of them a file"),
    ],
)
def test_what_there_is_not(
    shop: str, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], told: str
) -> None:
    assert run(["spans", shop, "--duration", "40", *argv]) == 2
    assert told in capsys.readouterr().err
