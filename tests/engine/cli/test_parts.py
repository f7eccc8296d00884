"""Self-test, schema, live view and the scaffold of components."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from engine.catalog import COMPONENTS
from engine.cli import selftest
from engine.cli.errors import InputError
from engine.cli.live import watch
from engine.cli.main import run
from engine.cli.scaffold import new_component
from engine.cli.schema import design_schema
from engine.cli.selftest import EXPECTED, Probe, simulation_hash
from engine.model.files import loads
from engine.run.session import Session
from tests.helpers.strategies import rich_raw

ROOT = Path(__file__).resolve().parents[3]


def test_the_self_test_passes_and_runs_probes(capsys: pytest.CaptureFixture[str]) -> None:
    probes = (Probe("window", lambda: "1600 × 1000"),)
    assert run(["selftest"], probes) == 0
    out = capsys.readouterr().out
    assert f"{len(COMPONENTS)} (client" in out
    assert EXPECTED in out
    assert "window: 1600 × 1000" in out
    assert "request lane: " in out


def test_the_self_test_fails_with_any_probe(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> str:
        raise RuntimeError("no display")

    assert selftest.run((Probe("window", broken), Probe("more", lambda: "fine"))) == 1
    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "no display" in out
    assert "more: fine" in out


@pytest.mark.parametrize("lane", ["compiled", "interpreted"])
def test_the_hash_is_the_same_in_a_fresh_process_and_either_lane(
    lane: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDTUNNEL_LANE", lane)
    code = "from engine.cli.selftest import simulation_hash as h; print(h())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == EXPECTED == simulation_hash()


def test_the_schema_describes_every_component() -> None:
    schema = design_schema()
    assert json.loads(json.dumps(schema)) == schema
    kinds = [rule["if"]["properties"]["kind"]["const"] for rule in schema["$defs"]["Node"]["allOf"]]
    assert kinds == [component.kind for component in COMPONENTS]
    link = schema["$defs"]["Link"]["properties"]["config"]["$ref"]
    assert "timeout" in schema["$defs"][link.rpartition("/")[2]]["properties"]
    event = schema["$defs"]["Event"]["properties"]
    assert "with" in event
    assert "with_" not in event
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references <= set(schema["$defs"])


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == design_schema()


def test_live_draws_each_second_and_waits_between() -> None:
    session = Session(loads(json.dumps(rich_raw())))
    out, pauses = io.StringIO(), list[float]()
    watch(session, Console(file=out, force_terminal=True, width=120), pauses.append)
    assert session.now == 12
    assert len(pauses) == 12
    text = out.getvalue()
    for word in ("Web", "rps", "requests", "Cache flushed"):
        assert word in text


def test_live_without_a_terminal_just_runs() -> None:
    session = Session(loads(json.dumps(rich_raw())))
    out = io.StringIO()
    watch(session, Console(file=out), lambda _seconds: pytest.fail("waited"))
    assert session.now == 12
    assert out.getvalue() == ""


def test_watching_changes_no_number() -> None:
    watched, plain = (Session(loads(json.dumps(rich_raw()))) for _ in range(2))
    console = Console(file=io.StringIO(), force_terminal=True)
    watch(watched, console, lambda _seconds: None)
    plain.advance(12)
    assert watched.result()["hash"] == plain.result()["hash"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what a component needs to be tested."""
    for part in ("engine", "tests/helpers", "tests/engine/catalog", "assets/icons"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "_compiled")
        )
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_scaffolded_component_passes_the_tests_of_all_components(clone: Path) -> None:
    catalog = clone / "engine" / "catalog"
    new_component("web_firewall", catalog)
    new_component("a_very_long_name_for_a_component_that_breaks_lines", catalog)
    tests = "tests/engine/catalog/test_every_component.py"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            tests,
            "-q",
            "-k",
            "web_firewall or list",
            "-p",
            "no:cacheprovider",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=clone,
        timeout=50,
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    style = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "engine/catalog"],
        capture_output=True,
        text=True,
        check=False,
        cwd=clone,
    )
    assert style.returncode == 0, style.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("service", "exists already"),
        ("Big", "is no name"),
        ("2fast", "is no name"),
        ("class", "is no name"),
        ("../evil", "is no name"),
    ],
)
def test_names_that_cannot_be_are_refused(clone: Path, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        new_component(name, clone / "engine" / "catalog")


def test_without_sources_there_is_nothing_to_scaffold(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sources here"):
        new_component("web_firewall", tmp_path)
