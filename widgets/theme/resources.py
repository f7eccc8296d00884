"""Where the bundled icons and fonts are.

``assets/`` lies beside ``widgets/`` in a checkout, in an editable install and in the frozen app
alike, so one relative path serves all three.
"""

from __future__ import annotations

from pathlib import Path


def asset_path(*parts: str) -> Path:
    """Absolute path of a bundled file, for instance ``asset_path("icons", "play.svg")``."""
    return Path(__file__).resolve().parents[2].joinpath("assets", *parts)
