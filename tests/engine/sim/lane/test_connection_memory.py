"""What a hundred thousand users take who hold a connection each, measured from outside."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.sim.compiled import lane_mode

resource = pytest.importorskip("resource", reason="no account of a process's memory")

SCALE = 1 if lane_mode() == "compiled" else 10
"""The sources take about as much memory and ten times as long: there it is a tenth of both."""
LIMIT = 100e6 / SCALE
"""Bytes."""
PROGRAM = """
import resource, sys
from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan
from tests.helpers.plans import client, link, plan, station

users = int(sys.argv[1])
rules = ConnectionPlan(round_trips=2, per="user")
nodes = [client(rate=users / 20.0, known_users=users), station("web", 0.0, workers=None)]
made = plan(nodes, [link("users", "web", delay=0.01, connection=rules)], duration=100.0)
simulation = Simulation(made)
simulation.advance(1e-3)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
simulation.advance(100.0)
held = simulation.machine.links["users-web"].extra(100.0)["connections"]
assert held > 0.99 * users, held
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_hundred_thousand_connections_take_a_hundred_megabytes_at_most() -> None:
    command = [sys.executable, "-c", PROGRAM, str(100_000 // SCALE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    grown = float(done.stdout) * (1.0 if sys.platform == "darwin" else 1024.0)
    assert grown <= LIMIT
