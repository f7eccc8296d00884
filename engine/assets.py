"""Where the bundled files are.

``assets/`` lies beside ``engine/`` in a checkout, in an editable install and in the frozen app
alike, so one relative path serves all three.
"""

from __future__ import annotations

from pathlib import Path


def asset_path(*parts: str) -> Path:
    """Absolute path of a bundled file, for instance ``asset_path("icons", "play.svg")``."""
    return Path(__file__).resolve().parents[1].joinpath("assets", *parts)
