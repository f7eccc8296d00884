"""`windtunnel what-if`: ideas about the bottleneck in the terminal and as JSON, the best first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.cli.main import run
from engine.study import StudyRun
from tests.helpers.builders import client, exponential, link, node, raw_design


@pytest.fixture
def shop(tmp_path: Path) -> str:
    nodes = [
        client("users", 90.0),
        node("web", "service", workers=1, service_time=exponential(0.01)),
    ]
    raw = raw_design(nodes, [link("users", "web")], duration=60, warmup=10)
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


def test_the_ideas_as_json(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["what-if", shop, "--seeds", "2", "--json", "-"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["windtunnel_what_if"] == 1
    assert (out["node"], out["client"], out["seeds"]) == ("web", "users", 2)
    best = out["ideas"][0]
    assert best["name"] == "twice_as_fast"
    law = {"law": "exponential", "mean": 0.005}
    assert best["changes"] == [{"id": "web", "field": "service_time", "value": law}]
    assert best["theory"]["p99"] == pytest.approx(4.605 / 110, rel=0.01)
    assert best["measured"]["p99"]["count"] == 2
    assert best["measured"]["p99_after"]["mean"] < out["now"]["measured"]["p99"]["mean"]


def test_the_ideas_as_a_table(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["what-if", shop, "--seeds", "2", "--node", "web", "--load", "0.5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "About Web, as Users sees it"
    assert any(line.startswith("As it is") for line in lines)
    assert any(line.startswith("Make Web twice as fast") for line in lines)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--node", "nobody"], "there is no node 'nobody'; there are: users, web"),
        (["--node", "users"], "--node: users is a client"),
        (["--load", "lots"], "--load"),
        (["--seeds", "1"], "at least 2"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(
    shop: str, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    assert run(["what-if", shop, *argv]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_requests_that_are_lost_are_told_as_shares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [
        client("users", 150.0),
        node("db", "service", workers=1, service_time=exponential(0.01), queue_limit=20),
    ]
    path = tmp_path / "over.windtunnel"
    raw = raw_design(nodes, [link("users", "db")], duration=60, warmup=10)
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert run(["what-if", str(path), "--seeds", "3"]) == 0
    out = capsys.readouterr().out
    assert "% more" not in out
    assert re.search(r"6\d(\.\d)? % → (99\.\d|100) % answered; goodput \S+ rps → 1\d\d rps", out)
    assert "Send half the load: goodput falls, but not to half" in out
    assert re.search(r"^As it is .* 6\d(\.\d)? %", out, re.MULTILINE)


def test_an_interrupt_promises_no_option_that_there_is_not(
    shop: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_run: StudyRun, _seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StudyRun, "wait", interrupted)
    assert run(["what-if", shop, "--seeds", "2"]) == 130
    error = capsys.readouterr().err
    assert "of 8 runs; none of them are kept" in error
    assert "--output" not in error
