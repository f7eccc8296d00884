"""What a screen reader finds in a running window, asked over AT-SPI. Run by the system's Python, which has the bindings.

`screen_reader.py OUT` waits for the application, writes everything that it tells, presses Tab on the canvas, and writes
how the canvas is then. Then it presses a node, and opens its menu, through what items offer for that.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402 - only after the version is chosen

NAME = "windtunnel"
PATIENCE = 120.0
DEEPEST = 40


def told(node: "Atspi.Accessible", depth: int = 0) -> dict[str, object]:
    """A part of the window with all its parts."""
    states = sorted(state.value_nick for state in node.get_state_set().get_states())
    parts = []
    if depth < DEEPEST and "manages-descendants" not in states:
        count = node.get_child_count()
        for number in range(min(count, 500)):
            child = node.get_child_at_index(number)
            if child is not None:
                parts.append(told(child, depth + 1))
    return {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "states": states,
        "parts": parts,
    }


def find(node: "Atspi.Accessible", role: str, depth: int = 0) -> "Atspi.Accessible | None":
    """The first part of a role."""
    if node.get_role_name() == role:
        return node
    for number in range(node.get_child_count() if depth < DEEPEST else 0):
        child = node.get_child_at_index(number)
        found = find(child, role, depth + 1) if child is not None else None
        if found is not None:
            return found
    return None


def canvas_of() -> "tuple[Atspi.Accessible, Atspi.Accessible] | None":
    """The application and its canvas, once a design is shown that runs."""
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(number)
        if app is not None and NAME in (app.get_name() or ""):
            canvas = find(app, "canvas")
            if canvas is not None and canvas.get_child_count() > 0:
                about = canvas.get_child_at_index(0).get_description() or ""
                if "rps" in about:
                    return app, canvas
    return None


def wait_for(seek):
    """What is sought, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = seek()
        except Exception:  # noqa: BLE001 - a part that goes away while it is asked
            found = None
        if found:
            return found
        Atspi.get_desktop(0).clear_cache()
        time.sleep(0.3)
    sys.exit("nothing was found over AT-SPI")


def main() -> None:
    """Ask, press, ask again."""
    Atspi.init()
    app, canvas = wait_for(canvas_of)
    whole = told(app)
    canvas.clear_cache()
    subprocess.run(["xdotool", "key", "Escape", "Tab"], check=True)

    def chosen() -> dict[str, object] | None:
        canvas.clear_cache()
        now = told(canvas)
        parts = now["parts"]
        return now if any("selected" in part["states"] for part in parts) else None

    heard = {"whole": whole, "chosen": wait_for(chosen)}
    place = [each["name"] for each in whole_parts(whole)].index("Web")
    heard["deeds"] = do(canvas, place, "Press")

    def pressed() -> dict[str, object] | None:
        now = chosen()
        return now if now and "selected" in now["parts"][place]["states"] else None

    heard["pressed"] = wait_for(pressed)
    before = windows()
    do(canvas, place, "ShowMenu")
    heard["opened"] = wait_for(lambda: windows() - before)
    Path(sys.argv[1]).write_text(json.dumps(heard))


def whole_parts(whole: dict[str, object]) -> list[dict[str, object]]:
    """The parts of the canvas in everything that was told."""
    if whole["role"] == "canvas":
        return whole["parts"]
    return next((found for part in whole["parts"] if (found := whole_parts(part))), [])


def do(canvas: "Atspi.Accessible", place: int, name: str) -> list[str]:
    """Have something done with a part of the canvas; what can be done with it."""
    part = canvas.get_child_at_index(place)
    names = [Atspi.Action.get_action_name(part, number) for number in range(part.get_n_actions())]
    part.do_action(names.index(name))
    return names


def windows() -> int:
    """How many windows the screen shows; a menu is one, which AT-SPI lists nowhere."""
    seen = ["xdotool", "search", "--onlyvisible", "--name", ".*"]
    return len(subprocess.run(seen, check=True, capture_output=True).stdout.split())


main()
