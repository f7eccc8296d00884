"""``windtunnel study chaos`` and ``metastability``: output, files, exit codes, one clear line for bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.cli.main import run
from engine.model.files import save
from tests.engine.cli.studies import complaint, study
from tests.engine.study.test_metastability import storm


def test_chaos_prints_a_map_and_misses(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "chaos.json"
    arguments = ("chaos", file, "--each", "node,link", "--abort", "users.availability<0.5", "--window", "2s")  # fmt: skip
    assert study(*arguments, "--json", out, "--csv", tmp_path / "runs.csv") == 1
    shown = capsys.readouterr().out
    assert "0 of 2 experiments hold." in shown
    assert "kill Web was aborted at 7 s: users.availability<0.5, it was 0" in shown
    assert "Of clients the goodput lost" in shown
    made = json.loads(out.read_text())
    assert made["study"] == "chaos"
    assert made["met"] is False
    assert [row["verdict"] for row in made["tables"]["experiments"]["rows"]] == ["aborted"] * 2
    with (tmp_path / "runs.csv").open() as text:
        assert [row["variant"] for row in csv.DictReader(text)] == ["undisturbed", "kill web", "cut users-web"]  # fmt: skip


def test_chaos_that_holds_is_met(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        study("chaos", file, "--target", "web", "--fault", "slow", "--factor", 1.1, "--for", "5s")
        == 0
    )
    assert "1 of 1 experiments hold." in capsys.readouterr().out


def test_a_chaos_study_goes_on_where_it_was_and_a_run_is_run_again(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "kept"
    study("chaos", file, "--each", "node", "--output", place)
    first = capsys.readouterr().out
    study("chaos", file, "--each", "node", "--output", place)
    again = capsys.readouterr().out
    assert "2 runs; 2 of them done before; " in again
    assert first.split("hash")[1] == again.split("hash")[1]
    key = json.loads((place / "study.jsonl").read_text().splitlines()[-1])["key"]
    assert run(["study", "rerun", "--output", str(place), "--point", key]) == 0


def test_metastability_says_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "storm.windtunnel"
    save(storm(60.0, web={"service_time": {"law": "exponential", "mean": 0.05}}).made(), path)
    arguments = ("metastability", path, "--over", "0.5:1.5", "--levels", 3, "--hold", "10s", "--watch", "60s")  # fmt: skip
    out = tmp_path / "meter.json"
    assert study(*arguments, "--trigger", "slow", "--for", "10s", "--json", out) == 1
    shown = capsys.readouterr().out
    assert "Predicted: Web can stay down from load 0.5 to 1 (30 rps to 60 rps of 60 rps)" in shown
    made = json.loads(out.read_text())
    assert [row["load"] for row in made["tables"]["loop"]["rows"]] == [0.5, 1.0, 1.5]


BAD = [
    (("chaos", "--each", "nodes"), "did you mean 'node'"),
    (("chaos", "--fault", "burn"), "write kill, slow or cut"),
    (("chaos", "--target", "wep"), "did you mean 'web'"),
    (("chaos", "--for", "soon"), "--for"),
    (("chaos", "--abort", "users.success<0.5"), "users.success"),
    (("chaos", "--window", "0"), "a window of 0 s"),
    (("metastability", "--over", "1"), "write LOW:HIGH"),
    (("metastability", "--over", "a:b"), "write LOW:HIGH"),
    (("metastability", "--trigger", "flood"), "write slow, kill, cut, traffic or flush"),
    (("metastability", "--hold", "0s"), "a hold of 0 s"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_input_is_one_line(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in complaint(capsys, arguments[0], file, *arguments[1:])
