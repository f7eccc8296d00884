"""Recorded runs on the command line: the same numbers as in the window, or one clear line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.cli.main import run
from engine.model import files
from engine.model.design import Design
from engine.model.edits import SetDesign, SetField
from engine.run.journal_file import dumps
from engine.run.session import Session
from tests.helpers.builders import client, exponential, link, node, raw_design

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Design.model_validate(
    raw_design(
        [
            client("users", 80.0),
            node("web", "service", instances=2, workers=2, service_time=exponential(0.01)),
        ],
        [link("users", "web", timeout=1.0)],
        title="Shop",
        duration=20,
        warmup=2,
        seed=6,
    )
)
KILL = {"at": 6.0, "duration": 3.0, "target": "web", "change": "kill", "instances": 1}


@pytest.fixture
def session() -> Session:
    """A run that was changed three times."""
    made = Session(SHOP)
    made.set_load(1.5)
    made.advance(5.9)
    made.apply(SetDesign(("scenario", "events"), [KILL], "Break"))
    for _ in range(7):
        made.advance_request()
    made.apply(SetField("web", ("config", "workers"), 3))
    made.advance(9.0)
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    files.save(SHOP, path)
    return path


@pytest.fixture
def recording(tmp_path: Path, session: Session) -> Path:
    path = tmp_path / "shop.windtunnel-run"
    path.write_text(dumps(session.journal()), "utf-8")
    session.advance(20.0)
    return path


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of a refused command."""
    assert run(["simulate", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("windtunnel: ")
    assert captured.err.count("\n") == 1
    return captured.err


def hash_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["simulate", *map(str, arguments), "--quiet", "--json", "-"]) == 0
    return str(json.loads(capsys.readouterr().out)["hash"])


def test_a_replay_gives_the_numbers_of_the_run(shop, recording, session, capsys) -> None:
    plain = hash_of(capsys, shop)
    assert hash_of(capsys, shop, "--journal", recording) == session.result()["hash"] != plain
    assert hash_of(capsys, recording) == session.result()["hash"]


def test_a_replay_has_a_table(shop, recording, capsys) -> None:
    assert run(["simulate", str(shop), "--journal", str(recording)]) == 0
    assert "20 s simulated" in capsys.readouterr().out


def test_a_replay_is_measured_like_any_run(shop, recording, session, capsys) -> None:
    options = ("--series", "1s", "--at", "7s", "--metric", "users.latency.above.0.01")
    assert run(["simulate", str(recording), *options, "--quiet", "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["hash"] == session.result()["hash"]
    users = result["series"]["clients"]["users"]
    assert sum(users["offered"][2:]) == result["clients"]["users"]["offered"]
    assert result["series"]["nodes"]["web"]["instances"][5:10] == [2, 1, 1, 1, 2]
    states = [each["state"] for each in result["instants"][0]["nodes"]["web"]["instances"]]
    assert states == ["down", "ready"]
    assert 0.0 < result["metrics"]["users.latency.above.0.01"] < 1.0


def test_what_came_after_the_result_is_not_waited_for(shop, session, tmp_path, capsys) -> None:
    session.advance(25.0)
    session.set_load(4.0)
    session.advance(5000.0)
    path = tmp_path / "long.windtunnel-run"
    path.write_text(dumps(session.journal()), "utf-8")
    assert hash_of(capsys, shop, "--journal", path) == session.result()["hash"]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (SetField("web", ("config", "workers"), 7), "see web;"),
        (SetDesign(("title",), "Market"), "see the title;"),
        (SetDesign(("scenario", "duration"), 30), "see the scenario;"),
        (
            SetDesign(("objectives",), [{"metric": "users.latency.p99", "below": 1}]),
            "see the objectives;",
        ),
    ],
)
def test_another_design_is_refused(edit, says, shop, recording, capsys) -> None:
    files.save(edit.apply(SHOP).design, shop)
    line = complaint(capsys, shop, "--journal", recording)
    assert "began with another design than shop.windtunnel" in line
    assert says in line


def test_looks_and_the_seed_are_no_difference(shop, recording, session, capsys) -> None:
    design = SetDesign(("scenario", "seed"), 99).apply(SHOP).design
    files.save(SetField("web", ("x",), 400.0).apply(design).design, shop)
    assert hash_of(capsys, shop, "--journal", recording) == session.result()["hash"]


@pytest.mark.parametrize(
    "option", [("--seed", "3"), ("--duration", "30"), ("--warmup", "1"), ("--set", "web.workers=2")]
)
def test_a_recorded_run_is_not_changed(option, shop, recording, capsys) -> None:
    line = complaint(capsys, shop, "--journal", recording, *option)
    assert f"{option[0]}: a recorded run has its own" in line
    assert option[0] in complaint(capsys, recording, *option)


def test_what_cannot_be_read_or_repeated_is_one_line(shop, recording, tmp_path, capsys) -> None:
    assert "cannot be read" in complaint(capsys, shop, "--journal", tmp_path / "no.windtunnel-run")
    assert "cannot be read" in complaint(capsys, tmp_path / "no", "--journal", recording)
    assert "is no recorded run" in complaint(capsys, shop, "--journal", shop)
    raw = json.loads(recording.read_text("utf-8"))
    raw["entries"][1]["fired"] += 1
    raw["entries"][2]["fired"] += 1
    recording.write_text(json.dumps(raw), "utf-8")
    assert "the run goes another way" in complaint(capsys, shop, "--journal", recording)
