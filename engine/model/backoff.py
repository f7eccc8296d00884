"""Waits between tries that grow, with jitter."""

from __future__ import annotations

from typing import Literal

from engine.model.fields import Config, setting


class Backoff(Config):
    """How long a caller waits before it tries again: ``base * factor**(n-1)``, capped, with jitter."""

    base: float = setting(
        0.1,
        title="Base",
        unit="s",
        help="First wait (AWS SDK standard mode: 100 ms).",
        ge=0.0,
        le=1e6,
    )
    factor: float = setting(2.0, title="Factor", help="Growth a try.", ge=1.0, le=100.0)
    cap: float = setting(
        20.0, title="Cap", unit="s", help="Longest wait (AWS SDK: 20 s).", ge=0.0, le=1e6
    )
    jitter: Literal["none", "equal", "full"] = setting(
        "full", title="Jitter", help="full: uniform up to the wait; equal: half of it fixed."
    )


class Reconnect(Backoff):
    """How long whoever has lost a connection waits before it sets up another."""

    base: float = setting(
        1.0,
        title="Base",
        unit="s",
        help="First wait (gRPC: 1 s). All who lost theirs at the same moment come back within it; without jitter, "
        "at the end of it, all at once.",
        ge=0.001,
        le=1e6,
    )
    factor: float = setting(1.6, title="Factor", help="Growth a try (gRPC: 1.6).", ge=1.0, le=100.0)
    cap: float = setting(
        120.0, title="Cap", unit="s", help="Longest wait (gRPC: 120 s).", ge=0.001, le=1e6
    )
