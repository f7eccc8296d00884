"""``windtunnel diff``: fields by their titles, values with units, and exit codes for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine.cli.main import run
from engine.model import files
from engine.model.edits import Move, Position, Remove, SetDesign, SetField
from engine.model.files import from_raw
from tests.helpers.strategies import rich_raw

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model.edits import Edit


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    design = from_raw(rich_raw())
    edits: list[Edit] = [
        SetField("web", ("config", "service_time", "mean"), 0.02),
        SetField("web", ("config", "workers"), 4),
        SetField("users-balancer", ("config", "timeout"), None),
        SetField("cache", ("name",), "Store\x1b[31m"),
        Move((Position("db", 9, 9), Position("orders", 8, 8))),
        Remove.of("mailer"),
        SetDesign(("scenario", "duration"), 60),
        SetDesign(("objectives",), [{"metric": "users.latency.p99", "below": 0.2}]),
    ]
    a, b = tmp_path / "a.windtunnel", tmp_path / "b.windtunnel"
    files.save(design, a)
    for edit in edits:
        design = edit.apply(design).design
    files.save(design, b)
    return str(a), str(b)


def raw_of(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    run(["diff", *pair, "--json", "-"])
    return dict(json.loads(capsys.readouterr().out))


def test_fields_have_their_titles_and_values_their_units(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", *pair]) == 1
    lines = capsys.readouterr().out.splitlines()
    for line in (
        "• Node Web changed",
        "    Service time · Mean: 10 ms → 20 ms",
        "    Workers per instance: 8 (default) → 4",
        "• Link Users → Balancer changed",
        "    Timeout: 1 s → none",
        "    Name: Cache → Store\\x1b[31m",
        "− Node Mailer removed",
        "− Link Orders → Mailer removed",
        "    Duration: 12 s → 60 s",
        "    Below: 0.5 → 0.2",
        "↔ Moved: Db and Orders",
    ):
        assert line in lines, line
    assert lines[-1] == "a.windtunnel → b.windtunnel: 2 removed, 5 changed, 2 moved"


def test_json_has_the_values_as_the_files_have_them(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_of(pair, capsys)
    assert (raw["windtunnel_diff"], raw["same"]) == (1, False)
    web = next(each for each in raw["differences"] if each["id"] == "web")
    assert web["verb"] == "changed"
    assert web["fields"] == [
        {
            "field": "config.service_time.mean",
            "title": "Service time · Mean",
            "unit": "s",
            "old": 0.01,
            "new": 0.02,
        },
        {
            "field": "config.workers",
            "title": "Workers per instance",
            "unit": "",
            "old": None,
            "new": 4,
            "left_out": ["old"],
        },
    ]


def test_json_has_citations_and_prices_as_the_files_have_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cited = {"run": "abc", "metric": "users.latency.p99", "value": 0.25}
    raws = (
        {"windtunnel": 1, "notes": [{"id": "n"}], "prices": {"gigabyte": 0.1}},
        {
            "windtunnel": 1,
            "notes": [{"id": "n", "citations": [cited]}],
            "prices": {"gigabyte": 0.2},
        },
        {"windtunnel": 1},
    )
    files = []
    for place, raw in enumerate(raws):
        file = tmp_path / f"{place}.windtunnel"
        file.write_text(json.dumps(raw))
        files.append(str(file))
    found = {
        each["sort"]: each["fields"] for each in raw_of((files[0], files[1]), capsys)["differences"]
    }
    assert found["note"][0]["field"] == "citations"
    assert found["note"][0]["new"] == [cited | {"tolerance": 0.05, "design": ""}]
    assert [(each["field"], each["old"], each["new"]) for each in found["design"]] == [
        ("prices.gigabyte", 0.1, 0.2)
    ]
    assert run(["diff", files[2], files[1]]) == 1
    assert "    Prices: none → on" in capsys.readouterr().out
    raw_of((files[1], files[2]), capsys)


def test_the_same_design_twice_ends_with_0_and_what_is_no_design_with_2(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["diff", pair[0], pair[0]]) == 0
    assert capsys.readouterr().out == "a.windtunnel → a.windtunnel: no difference\n"
    assert raw_of((pair[1], pair[1]), capsys)["same"] is True
    broken = tmp_path / "broken.windtunnel"
    broken.write_text("{")
    for bad in (broken, tmp_path / "not-there.windtunnel"):
        assert run(["diff", pair[0], str(bad)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert bad.name in captured.err
        assert captured.err.count("\n") == 1
