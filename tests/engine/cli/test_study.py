"""``windtunnel study``: output, files, exit codes, resuming after kills, one clear line for bad input."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from engine.model.files import save
from engine.study import Storage, Variant, run_point
from tests.engine.cli.studies import complaint, study
from tests.engine.study.helpers import shop

P99 = "users.latency.p99"
ROOT = Path(__file__).resolve().parents[3]


def test_replicate_ends_with_a_readable_table(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert study("replicate", file, "--seeds", 3, "--set", "web.workers=3", "--metric", "p99") == 0
    text = capsys.readouterr().out
    for word in ("Shop", f"{P99} is ", "95 %", "over 3 runs", "hash", "least", "most"):
        assert word in text
    assert "users.goodput" not in text


def test_sweep_shows_a_row_a_value_and_a_matrix_of_two(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert study("sweep", file, "web.workers=2:3", "--seeds", 2, "--metric", "p99") == 0
    text = capsys.readouterr().out
    assert "web.workers" in text
    assert f"{P99} is smallest" in text
    assert study("sweep", file, "web.workers=2:3", "load=0.5,0.8", "--seeds", 1) == 0
    text = capsys.readouterr().out
    assert "web.workers ↓" in text
    assert "load →" in text


def test_compare_takes_two_settings_or_two_files(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("--a", "web.workers=1", "--b", "web.workers=3", "--set", "users.arrivals.rate=30")
    assert study("compare", file, *settings, "--seeds", 8) == 0
    assert f"B cuts {P99} by" in capsys.readouterr().out
    other = tmp_path / "other.windtunnel"
    save(shop(title="Other", rate=30.0), other)
    assert study("compare", file, other, "--seeds", 3, "--metric", "goodput") == 0
    text = capsys.readouterr().out
    assert "Shop and Other" in text
    assert "B cuts users.goodput by" in text
    assert "A and B are the same" in complaint(capsys, "compare", file, file)
    assert "load=much: 'much'" in complaint(capsys, "compare", file, "--b", "load=much")


def test_knee_ends_with_1_where_nothing_meets_the_objectives(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ("--objective", "p99<300ms", "--seeds", 2, "--tolerance", "20%")
    assert study("knee", file, "users.arrivals.rate=20:120", *wanted) == 0
    text = capsys.readouterr().out
    assert "All objectives are met up to users.arrivals.rate = " in text
    assert "What gives way there" in text
    never = ("--objective", "p99<1us", "--seeds", 1)
    assert study("knee", file, "load=0.1:0.2", *never) == 1
    assert "missed from load = 0.1 on" in capsys.readouterr().out


def test_sensitivity_ranks_the_knobs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert study("sensitivity", file, "--knob", "web.*", "--seeds", 2, "--step", "20%") == 0
    text = capsys.readouterr().out
    assert "moves users.latency.p99 most" in text
    assert "web.service_time.mean" in text
    assert "elasticity" in text


def test_missed_objectives_end_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "slow.windtunnel"
    save(shop(objectives=[{"metric": P99, "below": 0.001}]), path)
    assert study("replicate", path, "--seeds", 5) == 1
    assert "missed" in capsys.readouterr().out


def test_all_formats_at_once(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    files = ("--csv", out / "a.csv", "--json", out / "c.json", "--export", out / "d.json")
    assert study("replicate", file, "--seeds", 2, "--quiet", *files) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["a.csv", "a.summary.csv", "c.json", "d.json"]
    assert (out / "c.json").read_bytes() == (out / "d.json").read_bytes()


def test_json_to_standard_output_is_all_there_is(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert study("replicate", file, "--seeds", 2, "--json", "-") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["study"], made["done"]) == ("replicate", 2)


def as_process(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", "study", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **pipes)


def stopped_by(how: signal.Signals, folder: Path, *arguments: object) -> tuple[int, str, str]:
    """A study that gets a signal once some of its runs are done: exit code and what it said."""
    process = as_process(*arguments, "--output", folder)
    kept = folder / "study.jsonl"
    while not kept.exists() or kept.read_bytes().count(b"\n") < 4:
        assert process.poll() is None, process.communicate()
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_after_a_kill_the_same_command_goes_on_and_repeats_nothing(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("replicate", file, "--seeds", 40)
    code, out, _ = stopped_by(signal.SIGKILL, tmp_path / "kept", *command)
    assert (code, out) == (-signal.SIGKILL, "")
    with Storage(tmp_path / "kept") as storage:
        before = len(storage.outcomes)
    assert 3 <= before < 40
    capsys.readouterr()
    assert study(*command, "--output", tmp_path / "kept", "--json", tmp_path / "a.json") == 0
    assert f"40 runs; {before} of them done before" in capsys.readouterr().out
    lines = (tmp_path / "kept" / "study.jsonl").read_text().splitlines()
    keys = [json.loads(line)["key"] for line in lines if '"key"' in line]
    assert len(keys) == len(set(keys)) == 40
    assert study(*command, "--json", tmp_path / "b.json") == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(file: Path, tmp_path: Path) -> None:
    command = ("replicate", file, "--seeds", 900)
    code, out, err = stopped_by(signal.SIGINT, tmp_path / "kept", *command)
    assert code == 130
    assert f"{P99} is" in out
    assert "of 900 runs; they are kept in" in err
    assert "the same command goes on from there" in err
    assert "Traceback" not in err


def test_a_point_is_run_again_alone(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    assert study("replicate", file, "--seeds", 2, "--output", folder) == 0
    with Storage(folder) as storage:
        key, outcome = next(iter(storage.outcomes.items()))
    capsys.readouterr()
    assert run(["study", "rerun", "--output", str(folder), "--point", key[:10]]) == 0
    assert outcome.result is not None
    assert str(outcome.result["hash"]) in capsys.readouterr().out


def test_what_makes_no_sense_is_one_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "cannot be read" in complaint(capsys, "replicate", tmp_path / "no.windtunnel")
    assert "0 seeds" in complaint(capsys, "replicate", file, "--seeds", 0)
    assert "0 processes" in complaint(capsys, "replicate", file, "--processes", 0)
    assert "did you mean 'web'" in complaint(capsys, "replicate", file, "--set", "wbe.workers=3")
    assert "did you mean users.latency.p99" in complaint(
        capsys, "replicate", file, "--metric", "users.latency.p89"
    )
    assert "--until: 'much' is no quantity" in complaint(
        capsys, "replicate", file, "--until", "much"
    )
    assert "let the name end in" in complaint(capsys, "replicate", file, "--export", "x.xlsx")
    assert "there is no study" in complaint(
        capsys, "rerun", "--output", tmp_path / "none", "--point", "abc"
    )
    assert "choose another place" in complaint(capsys, "replicate", file, "--output", file)
    assert "the design has no objectives" in complaint(capsys, "knee", file)
    assert "--objective p99: write METRIC<VALUE" in complaint(
        capsys, "knee", file, "--objective", "p99"
    )
    assert "'soon' is no quantity" in complaint(capsys, "knee", file, "--objective", "p99<soon")
    assert "a step of 0 leads nowhere" in complaint(capsys, "sweep", file, "load=1:2:0")
    assert "Missing argument" in complaint(capsys, "sweep", file)
    assert "no numeric knob" in complaint(capsys, "sensitivity", file, "--knob", "zzz.*")
    assert "No such command" in complaint(capsys, "repeat", file)


def test_a_failed_run_is_named_with_the_command_that_repeats_it(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    point = Variant.of(shop(), "web.workers=3").point(6)
    with Storage(folder) as storage:
        storage.append(
            (point, replace(run_point(point), result=None, error="MemoryError: no room"))
        )
    command = ("sweep", file, "web.workers=3", "--seeds", 3, "--output", folder)
    assert study(*command) == 1
    text = capsys.readouterr().out
    assert "web.workers=3, seed 6 failed: MemoryError: no room" in text
    again = f"windtunnel study rerun --output {folder} --point {point.key[:12]}"
    assert again in text
    assert run(again.split()[1:]) == 0
    capsys.readouterr()
    assert study(*command) == 0
    assert "3 of them done before" in capsys.readouterr().out


def test_a_run_may_take_no_more_memory_than_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "flood.windtunnel"
    # Far more than what a process may have free from what it did before.
    save(shop(rate=150_000.0, duration=2.0, warmup=0.0), path)
    command = ("replicate", path, "--seeds", 1, "--output", tmp_path / "kept")
    assert study(*command, "--memory", "10MB") == 1
    text = capsys.readouterr().out
    assert "10 MB" in text
    assert "Web" in text.split("failed: ")[1]
    key = re.findall(r"--point (\w+)", text)[0]
    assert run(["study", "rerun", "--output", str(tmp_path / "kept"), "--point", key]) == 1
    capsys.readouterr()
    assert study(*command, "--memory", "1GB") == 0
    assert "1 runs; hash" in capsys.readouterr().out


def test_a_limit_of_memory_that_is_none_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--memory" in complaint(capsys, "replicate", file, "--memory", "much")
    assert "out of range" in complaint(capsys, "knee", file, "--memory", "1kB")


@pytest.mark.parametrize(
    "command",
    [
        ("replicate", "wrong"),
        ("sweep", "wrong", "web.workers=2:3"),
        ("compare", "wrong"),
        ("compare", "file", "wrong"),
        ("compare", "file", "wrong", "file"),
        ("knee", "wrong"),
        ("sensitivity", "wrong"),
        ("chaos", "wrong"),
        ("metastability", "wrong"),
    ],
)
@pytest.mark.parametrize("fault", ["setting", "circle"])
def test_a_design_that_cannot_run_is_refused_with_its_file(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    fault: str,
) -> None:
    raw = json.loads(file.read_text())
    if fault == "setting":
        raw["nodes"][1]["config"]["workers"] = -3
    else:
        raw["links"].append({"id": "back", "source": "web", "target": "web", "config": {}})
    wrong = tmp_path / "wrong.windtunnel"
    wrong.write_text(json.dumps(raw))
    paths = {"wrong": wrong, "file": file}
    said = complaint(capsys, *(paths.get(each, each) for each in command))
    assert said.startswith("windtunnel: wrong.windtunnel: ")
    assert ("web: workers should be at least 1" if fault == "setting" else "back: ") in said


def test_a_design_without_what_is_studied_is_refused_with_its_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = json.loads(file.read_text()) | {"objectives": []}
    bare = tmp_path / "bare.windtunnel"
    bare.write_text(json.dumps(raw))
    assert "bare.windtunnel: the design has no objectives; add one" in complaint(
        capsys, "knee", bare
    )
    assert run(["what-if", str(wrongly(bare))]) == 2
    assert capsys.readouterr().err.startswith("windtunnel: bare.windtunnel: web: workers should be")


def wrongly(file: Path) -> Path:
    """The file, whose design cannot run from now on."""
    raw = json.loads(file.read_text())
    raw["nodes"][1]["config"]["workers"] = -3
    file.write_text(json.dumps(raw))
    return file
