"""`windtunnel why`: the chain of causes in the terminal and as JSON, about a moment and about a node."""

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
        client("users", 80.0),
        node("web", "service", workers=4, service_time=exponential(0.01)),
    ]
    slow = {"at": 40, "duration": 10, "target": "web", "change": "slow", "factor": 100}
    links = [link("users", "web", timeout=0.5, delay=constant(0.001))]
    raw = raw_design(nodes, links, duration=80, warmup=0, events=[slow])
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


def written(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert run(["why", *argv, "--json", "-"]) == 0
    out: dict[str, Any] = json.loads(capsys.readouterr().out)
    return out


def test_the_chain_as_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop)
    assert out["windtunnel_why"] == 1
    chain = out["chain"]
    assert set(chain[0]) == {"time", "node", "what", "value", "inferred"}
    assert chain[0]["node"] == "web"
    assert chain[0]["time"] == 40.0
    assert "slow" in chain[0]["what"]
    assert not any(fact["inferred"] for fact in chain)
    assert {fact.get("node", fact.get("link")) for fact in chain} == {"users", "web", "users-web"}
    assert written(capsys, shop) == out


def test_the_chain_as_a_table(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", shop]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("40 s")
    chain = [line for line in lines if line.strip()]
    del chain[[line.startswith("Incident") for line in chain].index(True) :]
    assert "Users" in chain[-1]


def test_a_moment_at_which_all_was_well(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, shop, "--at", "20")["chain"] == []
    assert run(["why", shop, "--at", "20"]) == 0
    assert "Nothing went wrong" in capsys.readouterr().out
    assert written(capsys, shop, "--at", "45", "--node", "web")["chain"][0]["node"] == "web"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--node", "nobody"], "there is no node 'nobody'; there are: users, web"),
        (["--at", "soon"], "--at"),
        (["--at", "900"], "15 min is no time of a run of 80 s"),
    ],
)
def test_what_there_is_not_is_refused_in_a_line(
    shop: str, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    assert run(["why", shop, *argv]) != 0
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_the_incidents_as_json_and_as_a_table(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slow service: nobody sees it, and it is over when the fault is."""
    out = written(capsys, shop)
    (incident,) = out["incidents"]
    assert incident["cause"]["time"] == 40.0
    assert incident["cause"]["item"] == "web"
    assert incident["detect"] is None
    assert incident["page"] is None
    assert incident["mitigate"]["time"] == 50.0
    assert 50.0 <= incident["recover"]["time"] <= 60.0
    assert incident["time_to_recover"] == incident["recover"]["time"] - 40.0
    assert out["mttr"] == incident["time_to_recover"]
    assert out["mttd"] is None
    assert run(["why", shop]) == 0
    printed = capsys.readouterr().out
    assert "nobody saw it" in printed
    assert "mitigate  50 s" in printed


@pytest.mark.parametrize("command", ["why", "spans"])
def test_quiet_is_quiet(shop: str, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run([command, shop, "--quiet"]) == 0
    assert capsys.readouterr().out == ""
