"""How a gate authenticates, and what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.gates.errands import PURPOSES

if TYPE_CHECKING:
    from mypy_extensions import i64


@final
class Knobs:
    """How a gate checks."""

    def __init__(self) -> None:
        self.local = True
        """Whether a credential is checked without the server, as a signed token is."""
        self.renews = True
        """Whether a credential that has ended is renewed without another login."""
        self.asks = False
        """Whether there is a server to be asked; else credentials are renewed elsewhere, at once."""
        self.cost = 0.0
        """Work (s) of a check."""
        self.ttl = 3600.0
        """Seconds for which a credential lasts."""
        self.cache = 0.0
        """Seconds for which a good answer counts."""
        self.signed_in = 1.0
        """Share of the users that held a credential when it began."""
        self.lock_rate = 0.0
        """Wrong passwords a second that an account may see; 0 is any number."""
        self.lock_burst = 1.0
        """Wrong passwords at once."""


@final
class AuthCounts:
    """What became of the calls that came to a gate. Counters are never reset."""

    def __init__(self) -> None:
        self.asked: i64 = 0
        self.admitted: i64 = 0
        self.refused: i64 = 0
        self.unchecked: i64 = 0
        """Refused since the server did not answer."""
        self.unknown_keys: i64 = 0
        """Refused since the key of their token was not known, or no longer."""
        self.guesses: i64 = 0
        """Calls with a wrong password."""
        self.tried: i64 = 0
        """Of these, those about which the server was asked, or would have been."""
        self.locked_out: i64 = 0
        """Calls of users who had to log in, and were refused as their account was locked."""
        self.left_line: i64 = 0
        """Calls that waited and left: given up, too late, or for an instance that died."""
        self.errands: list[int] = [0] * PURPOSES
        """Sent so far, by purpose."""
        self.done: list[int] = [0] * PURPOSES
        """What came of them, by purpose: answers, credentials, keys."""
        self.stale: i64 = 0
        """Let in though their user's access was revoked."""
        self.survivors: i64 = 0
        """Users that got in after a revocation, each counted once a revocation."""
        self.survived = 0.0
        """Seconds after that at which they last did, summed."""
        self.longest = 0.0
