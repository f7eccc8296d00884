"""A file reaches nothing through the terminal, and output survives every alphabet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from engine.cli.main import run
from engine.cli.terminal import shown
from tests.helpers.builders import client, exponential, link, node, raw_design

EVIL = "\x1b]0;owned\x07\x1b[31mred\x9b1m [bold]b[/bold] \u202eback\u2066 a\nb\r\x00 <img src=x> :smile:"
CLASS = EVIL.split("\u2066", maxsplit=1)[0]


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    web = node("web", "service", workers=2, service_time=exponential(0.01)) | {"name": EVIL}
    raw = raw_design(
        [client("users", 20) | {"name": EVIL}, web],
        [link("users", "web", classes=[CLASS])],
        duration=4,
        warmup=1,
        objectives=[{"metric": "users.latency.p99", "below": 0.5}],
        events=[{"at": 2, "duration": 1, "target": "web", "change": "slow", "factor": 2}],
    )
    raw |= {"title": EVIL, "description": EVIL, "classes": [{"name": CLASS}]}
    path = tmp_path / "evil [bold]\x1b[32m.windtunnel"
    path.write_text(json.dumps(raw))
    return path


def plain(text: str) -> None:
    """Nothing that a terminal would obey, or that hides."""
    assert not [
        each for each in text if each != "\n" and unicodedata.category(each) in {"Cc", "Cf"}
    ]


@pytest.mark.parametrize(
    "command",
    [
        "check {file}",
        "simulate {file}",
        "simulate {file} --json -",
        "simulate {file} --set web.{evil}=1",
        "simulate {file} --seed {evil}",
        "theory {file}",
        "theory {file} --measure",
        "study replicate {file} --seeds 2 --processes 1",
        "study sweep {file} web.workers=1:2 --seeds 2 --processes 1",
        "study sweep {file} web.{evil}=1:2",
        "trace {csv} {file}",
        "trace {file} {file} --client {evil}",
        "check {evil}",
        "{evil}",
    ],
)
def test_what_a_name_holds_is_shown_and_not_obeyed(
    command: str, evil: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / f"{EVIL.replace('/', '')[:40]}.csv".replace("\x00", "")
    recording.write_text(f"time,class\n1,{CLASS}\n")
    values = {"{file}": str(evil), "{evil}": EVIL, "{csv}": str(recording)}
    arguments = []
    for part in command.split():
        whole = part
        for name, value in values.items():
            whole = whole.replace(name, value)
        arguments.append(whole)
    run(arguments)
    captured = capsys.readouterr()
    plain(captured.out)
    plain(captured.err)
    assert captured.err.count("\n") <= 1


def test_names_are_no_markup(evil: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", str(evil)])
    assert r"evil [bold]\x1b[32m.windtunnel" in capsys.readouterr().out
    run(["simulate", str(evil)])
    out = capsys.readouterr().out
    assert r"\x1b[31mred" in out
    assert "[bold]b[/bold]" in out


def test_a_text_stays_what_it_is_where_it_can() -> None:
    family = "\U0001f469\u200d\U0001f4bb"
    assert shown(f"Zürich → 東京 {family}") == f"Zürich → 東京 {family}"
    assert shown("a\x1bb\u202ec\ud800\u2028") == r"a\x1bb\u202ec\ud800\u2028"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8"])
def test_output_survives_every_alphabet(encoding: str, evil: Path) -> None:
    environment = dict(os.environ, PYTHONIOENCODING=encoding, LC_ALL="C", PYTHONUTF8="0")
    raw = json.loads(evil.read_text())
    raw["nodes"][1]["name"] = "Zürich → 東京 ≤ “x”"
    evil.write_text(json.dumps(raw), "utf-8")
    said = []
    for command in (["simulate", str(evil)], ["check", str(evil)], ["check", "東京\udcff"]):
        done = subprocess.run(
            [sys.executable, "-m", "app", *command],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode in {0, 1, 2}
        text = done.stdout.decode(encoding) + done.stderr.decode(encoding)
        assert "Traceback" not in text
        assert "Error" not in text
        plain(text.replace("\r\n", "\n"))
        said.append(done.stdout.decode(encoding))
    words = {
        "ascii": 'Zurich > ?? < "x"',
        "cp1252": "Zürich > ?? < “x”",
        "cp437": 'Zürich > ?? ≤ "x"',
    }
    assert words.get(encoding, "Zürich → 東京 ≤ “x”") in said[0]
