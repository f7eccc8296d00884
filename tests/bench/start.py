"""Commands from their call to their end, beside an interpreter that loads the least a design needs: pydantic."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
HELLO = str(ROOT / "saved_designs" / "hello.windtunnel")
ROUNDS = 9
LEAST = ("-c", "from pydantic import BaseModel")
COMMANDS = {
    "--help": (("--help",), 1.5),
    "check, small design": (("check", HELLO), 3.5),
    "theory, small design": (("theory", HELLO), 4.5),
    "simulate, 61 s of it": (("simulate", HELLO, "--duration", "61"), 5.5),
}
"""What is called, and how many times as long as the least it may take."""


def seconds(arguments: tuple[str, ...]) -> float:
    """CPU time of an interpreter that finds all byte code: what waits for others on a busy machine does not count."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(_folder: Path) -> Iterator[Row]:
    """The best of some rounds each: other programs can only make it slower."""
    called = [LEAST, *(("-m", "app", *arguments) for arguments, _ in COMMANDS.values())]
    rounds = [[seconds(each) for each in called] for _ in range(ROUNDS)]
    least, *found = (min(times) for times in zip(*rounds, strict=True))
    for (name, (_, most)), value in zip(COMMANDS.items(), found, strict=True):
        yield Row(f"windtunnel {name}", value, "s", most * least, "less", least, "import pydantic")
