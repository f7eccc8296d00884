"""Which Windtunnel this is."""

from __future__ import annotations

UNKNOWN = "unknown"


def engine_version() -> str:
    """The version of this installation; ``unknown`` in a source tree that was never installed."""
    # Here, not above: what reads the lists of installed packages takes longer to load than many a command.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("windtunnel")
    except PackageNotFoundError:
        return UNKNOWN
