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


def attacked(tmp_path: Path, *objectives: dict[str, Any], **more: Any) -> str:
    """A chain of nodes on which an attacker walks from the first, while every request is answered well."""
    names = ["web", "api", "db"]
    nodes = [client("users", 20.0), *(node(each, "service", workers=9) for each in names)]
    links = [link("users", "web"), link("web", "api"), link("api", "db")]
    attack = {"at": 20, "duration": 20, "target": "web", "change": "compromise", "seconds": 5}
    raw = raw_design(
        nodes, links, duration=60, warmup=5, events=[attack, *more.get("events", ())]
    ) | {"objectives": list(objectives)}
    path = tmp_path / "attacked.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("objective", "way", "measured"),
    [
        ({"metric": "blast_radius", "below": 2}, ["api", "db"], "3 measured, below 2 asked for"),
        ({"metric": "api.extra.compromised", "equals": 0}, ["api"], "27.3 % measured"),
    ],
)
def test_an_objective_that_users_do_not_feel_is_told_with_the_attackers_way(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    objective: dict[str, Any],
    way: list[str],
    measured: str,
) -> None:
    path = attacked(tmp_path, objective)
    out = written(capsys, path)
    first, *hops, last = out["chain"]
    assert (first["time"], first["node"], first["what"]) == (
        20.0,
        "web",
        "Attacker on Web, 5 s a hop",
    )
    assert [(each["time"], each["node"]) for each in hops] == [
        (25.0 + 5.0 * place, name) for place, name in enumerate(way)
    ]
    assert hops[0]["what"] == "Api compromised over Web → Api"
    assert measured in last["what"]
    [missed] = out["missed"]
    assert missed["metric"] == objective["metric"]
    assert missed["chain"] == out["chain"]
    assert run(["why", path]) == 0
    told = capsys.readouterr().out
    assert "Nothing went wrong" not in told
    assert "Api compromised over Web → Api" in told


def test_other_objectives_than_of_requests_are_told_with_what_happened_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    busier = {"at": 10, "target": "db", "change": "set", "path": "workers", "value": 4}
    objective = {"metric": "db.utilization", "below": 0.01}
    chain = written(capsys, attacked(tmp_path, objective, events=[busier]))["chain"]
    assert [each["time"] for each in chain] == [10.0, 60.0]
    assert chain[0]["node"] == chain[1]["node"] == "db"
    assert "workers" in chain[0]["what"]
    assert "db.utilization" in chain[1]["what"]


def test_a_missed_objective_is_told_beside_what_users_feel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = {"at": 30, "duration": 10, "target": "api", "change": "kill"}
    path = attacked(tmp_path, {"metric": "blast_radius", "below": 2}, events=[dead])
    out = written(capsys, path)
    assert out["chain"][0]["time"] == 30.0
    assert out["missed"][0]["chain"][0]["time"] == 20.0
    assert run(["why", path]) == 0
    told = capsys.readouterr().out
    assert told.index("30 s") < told.index("Missed objective")
    assert "Attacker on Web" in told


def test_who_meets_all_objectives_has_nothing_to_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = written(capsys, attacked(tmp_path, {"metric": "blast_radius", "below": 4}))
    assert out["chain"] == out["missed"] == []
