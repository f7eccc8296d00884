"""What Linux's screen readers are told of the real window, asked over AT-SPI as they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.places import shipped_designs

pytestmark = [pytest.mark.timeout(300), pytest.mark.e2e]

ROOT = Path(__file__).parents[2]
READER = ROOT / "tests" / "helpers" / "screen_reader.py"
DESIGN = shipped_designs() / "three-tiers.windtunnel"
_MEANINGLESS = {"unknown", "invalid", "filler", "panel", "redundant object"}
_SCRIPT = """
"$1" -m app "$2" & app=$!
"$3" "$4" "$5"; code=$?
kill $app; wait $app 2>/dev/null
exit $code
"""


def _packages() -> Any:
    """The module that installs what tests need."""
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        import system_packages
    finally:
        sys.path.pop(0)
    return system_packages


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that a screen reader hears of a window with a design that runs."""
    packages = _packages()
    missing = packages.missing_test_packages()
    if missing:
        lacks = f"lacks {', '.join(missing)}: python packaging/system_packages.py --tests"
        if os.environ.get("CI") and packages.apt_prefix(may_ask=False) is not None:
            pytest.fail(lacks)
        pytest.skip(lacks)
    home = tmp_path_factory.mktemp("home")
    out = home / "heard.json"
    read, write = os.pipe()
    screen = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    server = subprocess.Popen(screen, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as said:
            display = said.readline().strip()
        made = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PYTHONPATH": str(ROOT),
            "DISPLAY": f":{display}",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "LANG": "C.UTF-8",
        }
        words = [sys.executable, str(DESIGN), packages.SYSTEM_PYTHON, str(READER), str(out)]
        done = subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", _SCRIPT, "sh", *words],
            env=made, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(out.read_text())
    finally:
        server.terminate()
        server.wait()


def walk(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A part and all that is in it."""
    yield part
    for each in part["parts"]:
        yield from walk(each)


def test_the_canvas_lists_every_node_link_frame_and_note(heard: dict[str, Any]) -> None:
    (canvas,) = [each for each in walk(heard["whole"]) if each["role"] == "canvas"]
    assert canvas["name"] == "Design canvas"
    design = json.loads(DESIGN.read_text())
    kinds = [design["nodes"], design["links"], design["frames"], design["notes"]]
    assert len(canvas["parts"]) == sum(map(len, kinds))
    names = [each["name"] for each in canvas["parts"]]
    assert names[:4] == ["Users", "Balancer", "Web", "Database"]
    assert "Link from Balancer to Web" in names
    assert {each["role"] for each in canvas["parts"]} == {"list item"}


def test_a_node_tells_its_kind_its_state_and_its_numbers(heard: dict[str, Any]) -> None:
    (canvas,) = [each for each in walk(heard["whole"]) if each["role"] == "canvas"]
    web = next(each for each in canvas["parts"] if each["name"] == "Web")
    kind, state, live = web["description"].split(", ", 2)
    assert kind == "Service"
    assert state in {"healthy", "strained", "saturated", "failing", "idle"}
    assert "rps" in live
    assert {"selectable", "focusable", "showing"} <= set(web["states"])


def test_tab_tells_which_node_has_the_keyboard(heard: dict[str, Any]) -> None:
    chosen = [each for each in heard["chosen"]["parts"] if "selected" in each["states"]]
    assert [each["name"] for each in chosen] == ["Users"]
    assert "focused" in chosen[0]["states"]


def test_a_node_can_be_pressed_and_its_menu_opened_without_keyboard_or_mouse(
    heard: dict[str, Any],
) -> None:
    assert heard["deeds"] == ["Press", "SetFocus", "ShowMenu"]
    chosen = [each for each in heard["pressed"]["parts"] if "selected" in each["states"]]
    assert [each["name"] for each in chosen] == ["Web"]
    assert heard["opened"] == 1


def test_everything_that_takes_keys_has_a_name_and_a_role(heard: dict[str, Any]) -> None:
    stops = [
        each
        for each in walk(heard["whole"])
        if {"focusable", "showing", "sensitive"} <= set(each["states"])
        and each["role"] not in {"frame", "application"}
    ]
    assert len(stops) > 30
    assert [each for each in stops if not each["name"].strip()] == []
    assert [each["name"] for each in stops if each["role"] in _MEANINGLESS] == []


def test_what_is_shown_is_called_what_it_is(heard: dict[str, Any]) -> None:
    shown = {
        (each["name"], each["role"]) for each in walk(heard["whole"]) if "showing" in each["states"]
    }
    assert {("Load", "slider"), ("Charts", "page tab"), ("Help", "page tab")} <= shown
    assert {("Menu", "push button"), ("Timeline", "chart"), ("Latency", "chart")} <= shown
