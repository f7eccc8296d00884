"""What a command loads before it does its work: only what it needs, for loading is what its start takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.main import make_app

HELLO = str(Path(__file__).parents[2] / "saved_designs" / "hello.windtunnel")
SCRIPT = """
import sys
from app.__main__ import main
code = main(sys.argv[2:])
print(code, *(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.stderr)
"""
COUNTING = """
import gc, sys
from app.__main__ import main
before = sum(each["collections"] for each in gc.get_stats())
code = main(sys.argv[1:])
print(code, sum(each["collections"] for each in gc.get_stats()) - before, file=sys.stderr)
"""
WINDOW = """
import sys
import app.main
from PySide6.QtWidgets import QApplication
from app.__main__ import main

def begin(_session):
    print(*sys.modules)
    QApplication.exit(0)

app.main._Session.begin = begin
sys.exit(main([]))
"""
SIMULATOR = "simpy,engine.sim,engine.control,engine.run,engine.run.session,multiprocessing"
NEVER = "networkx,PySide6,scipy,sqlite3,engine.study,engine.cli.studying"


def loaded(names: str, arguments: list[str]) -> list[str]:
    """Those of some modules that a command loads that ends well."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, names, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    code, *found = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_theory_starts_no_threads() -> None:
    """Those of numpy's algebra would wait busily for work that is too small for them."""
    script = (
        f"import os\n{SCRIPT}\nprint(code, len(os.listdir('/proc/self/task')), file=sys.stderr)"
    )
    environment = {name: text for name, text in os.environ.items() if "THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", script, "numpy", "theory", HELLO],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stderr.splitlines()[-2:] == ["0 numpy", "0 1"]


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["simulate", "--help"]])
def test_help_loads_neither_models_nor_tables(arguments: list[str]) -> None:
    names = f"{NEVER},{SIMULATOR},numpy,rich,engine.model,engine.catalog,engine.plan"
    assert loaded(names, arguments) == []


def test_the_list_of_commands_loads_no_validation() -> None:
    assert loaded("pydantic", ["--help"]) == []


def test_the_version_loads_nothing_else() -> None:
    assert loaded(f"{NEVER},{SIMULATOR},numpy,pydantic,engine.model,rich", ["--version"]) == []


def test_a_check_loads_neither_simulator_nor_theory() -> None:
    names = f"{NEVER},{SIMULATOR},numpy,engine.plan.theory,engine.plan.network,engine.plan.cycles"
    assert loaded(names, ["check", HELLO]) == []


def test_a_check_that_only_writes_json_loads_no_tables() -> None:
    assert loaded("rich,numpy", ["check", HELLO, "--json", "-"]) == []


@pytest.mark.parametrize("command", ["check", "theory"])
def test_a_command_looks_for_no_garbage(command: str) -> None:
    """What it makes it needs, up to its end; a look through all of it is a tenth of its time."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, command, HELLO], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "0 0"


def test_only_the_command_that_is_called_is_made() -> None:
    def made(command: str) -> list[str | None]:
        return [each.name for each in make_app((), command).registered_commands]

    assert made("check") == ["check"]
    assert len(made("")) == len(made("chekc")) > 5


def test_theory_loads_no_simulator() -> None:
    assert loaded(f"{NEVER},{SIMULATOR},engine.sim.lane", ["theory", HELLO]) == []


def test_a_simulation_loads_neither_theory_nor_studies() -> None:
    names = f"{NEVER},multiprocessing,engine.plan.theory,engine.plan.network"
    assert loaded(names, ["simulate", HELLO, "--duration", "61"]) == []


@pytest.mark.parametrize("command", ["theory", "simulate"])
def test_what_changes_fields_is_loaded_where_an_option_changes_one(command: str) -> None:
    # A module that waits to be loaded is there, but of a type of its own.
    script = (
        "import sys, types\nfrom app.__main__ import main\nmain(sys.argv[1:])\n"
        "print(type(sys.modules['engine.catalog.overrides']) is types.ModuleType, file=sys.stderr)"
    )
    for options, wanted in ([], "False"), (["--set", "web.workers=2"], "True"):
        done = subprocess.run(
            [sys.executable, "-c", script, command, HELLO, *options],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr.splitlines()[-1] == wanted


def test_a_simulation_loads_neither_recordings_nor_what_moves_on_a_terminal() -> None:
    names = "rich.progress,rich.live,engine.run.journal_file,engine.model.edit_json"
    assert loaded(names, ["simulate", HELLO, "--duration", "61"]) == []


def test_what_is_watched_is_loaded_by_whoever_needs_it() -> None:
    wanted = ["numpy", "simpy", "rich", "engine.run.session", "engine.sim"]
    assert loaded(",".join(wanted), ["simulate", HELLO, "--duration", "61"]) == wanted


def test_components_are_loaded_by_designs_that_have_one() -> None:
    kinds = ("auth", "cache", "dns", "queue", "load_balancer", "sql_database", "worker")
    names = ",".join(f"engine.catalog.{kind}" for kind in kinds)
    assert loaded(names, ["check", HELLO]) == []
    stores = HELLO.replace("hello", "cold-cache")
    assert loaded(names, ["check", stores]) == [
        "engine.catalog.cache",
        "engine.catalog.sql_database",
    ]


def test_the_processes_behind_the_window_load_no_qt() -> None:
    served = "engine.run.analyst, engine.run.errand, app.studies.driving, app.studies.planned"
    script = (
        f"import sys, app.served, app.studies.served, {served}; print('PySide6' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules that are loaded when the window has been painted for the first time."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": home}
    environment |= {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_DATA_HOME": home}
    done = subprocess.run(
        [sys.executable, "-c", WINDOW], capture_output=True, text=True, check=True, env=environment
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    "name",
    [
        "simpy",
        "multiprocessing",
        "networkx",
        "pyqtgraph",
        "engine.sim.lane",
        "engine.control",
        "engine.run",
        "engine.catalog.checking",
        "engine.catalog.checks",
        "engine.catalog.lowering",
        "engine.exchange",
        "engine.plan.network",
        "engine.plan.theory",
        "engine.study",
        "engine.why",
        "app.opened",
        "app.services",
        "app.workbench",
        "app.commands",
        "widgets.charts",
        "widgets.inspector",
        "widgets.study",
        "widgets.traces",
    ],
)
def test_the_window_is_painted_before_what_works_behind_it_is_loaded(
    painted: frozenset[str], name: str
) -> None:
    assert name not in painted


def test_the_window_is_painted_with_its_palette_and_its_canvas(painted: frozenset[str]) -> None:
    assert painted >= {"app.shell", "widgets.canvas", "widgets.palette", "widgets.timeline"}


def test_the_first_paint_needs_a_quarter_of_the_application(painted: frozenset[str]) -> None:
    own = [name for name in painted if name.split(".")[0] in ("app", "engine", "widgets")]
    assert len(own) <= 290
