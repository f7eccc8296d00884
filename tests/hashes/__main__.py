"""``python -m tests.hashes`` prints the hashes as they are; with ``--write`` it stores them, knowingly."""

from __future__ import annotations

import argparse
import json
import sys

from tests.hashes.suite import EXPECTED, hashes


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hashes", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"store them in {EXPECTED.name}")
    found = hashes()
    text = json.dumps(found, indent=2) + "\n"
    if parser.parse_args().write:
        EXPECTED.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
