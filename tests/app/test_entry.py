"""The entry point: who gets the window, and that nobody else ever loads Qt."""

import subprocess
import sys

import pytest

from app.__main__ import wants_window


@pytest.mark.parametrize(
    "arguments",
    [[], ["shop.windtunnel"], ["folder/shop"], ["--run", "shop.windtunnel"], ["--run"], ["--new"]],
)
def test_these_open_the_window(arguments: list[str]) -> None:
    assert wants_window(arguments)


@pytest.mark.parametrize(
    "arguments",
    [["simulate", "shop.windtunnel"], ["check"], ["--help"], ["schema"], ["selftest"]],
)
def test_these_are_for_the_command_line(arguments: list[str]) -> None:
    assert not wants_window(arguments)


def test_the_command_line_never_loads_qt() -> None:
    script = (
        "import sys\nfrom app.__main__ import main\nmain(['schema'])\n"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_window_is_laid_out_as_its_words_are_read(qapp) -> None:
    """Mirrored, it would read "?Why", and the canvas would look past its design."""
    from PySide6.QtCore import Qt

    from app.main import read_left_to_right

    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    read_left_to_right(qapp)
    assert qapp.isLeftToRight()


_WHILE_LOADING = """
import runpy, signal, sys
class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.SIGINT)
sys.modules.pop("typing", None)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["windtunnel", "schema"]
runpy.run_module("app", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("name", ["typing", "engine", "engine.cli.main", "pydantic", "numpy"])
def test_ctrl_c_while_it_is_loaded_ends_in_silence(name: str) -> None:
    """Wherever it comes: nothing that loads may see it, or write about it."""
    script = _WHILE_LOADING.format(name=name)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 130 or name == "numpy", done.stderr  # which a schema can do without
    assert done.stderr in (b"", b"windtunnel: interrupted\n")
