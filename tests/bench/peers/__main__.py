"""Make the peers' environment: `python -m tests.bench.peers`."""

from __future__ import annotations

import sys

from tests.bench.peers import environment

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{environment.make()}\n")
    except environment.NoPeersError as error:
        sys.exit(str(error))
