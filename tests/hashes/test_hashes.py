"""Stored hashes of results, checked compiled and interpreted: the same on every machine.

Where a change of the engine changes results on purpose, `python -m tests.hashes --write` stores them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from engine.sim.compiled import VARIABLE
from tests.hashes.suite import EXPECTED, TESTS

SCRIPT = """
import json
from engine.sim.compiled import lane_mode
from tests.hashes.suite import hashes
print(json.dumps([lane_mode(), hashes()]))
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["interpreted", "as built"])
def test_results_are_the_stored_ones(mode: str) -> None:
    environment = os.environ | {VARIABLE: mode}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lane, found = json.loads(done.stdout)
    assert mode != "interpreted" or lane == "interpreted"
    assert found == json.loads(EXPECTED.read_text())
