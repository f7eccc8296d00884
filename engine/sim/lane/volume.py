"""Bytes on a link whose calls are not all of one size. Where they are, counting the calls is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.owners import cookie_of

if TYPE_CHECKING:
    from engine.sim.lane.call import Call

NOT_MODIFIED: Final = 300.0
"""Bytes of an answer that says that nothing has changed (304): the usual headers, and no body."""


def answer_bytes(call: Call, size: float) -> float:
    """Bytes of an answer: that there is nothing, or that something is stored, takes none."""
    if call.missed or call.fill:
        return 0.0
    context = call.context
    return size if context is None or not context.unchanged else min(size, NOT_MODIFIED)


@final
class Volume:
    """What was sent to the target, and what came back. Counters are never reset."""

    def __init__(self) -> None:
        self.request_bytes: list[float] = []
        """Size of each class."""
        self.response_bytes: list[float] = []
        self.cookie = 0.0
        """Bytes that requests of users carry beside their own."""
        self.sent = 0.0
        self.answered = 0.0

    def there(self, call: Call) -> None:
        """Count a request that is sent; what stores something carries what an answer would."""
        sizes = self.response_bytes if call.fill else self.request_bytes
        self.sent += sizes[call.kind]
        if self.cookie > 0.0:
            self.sent += cookie_of(call, self.cookie)

    def back(self, call: Call) -> None:
        """Count an answer."""
        self.answered += answer_bytes(call, self.response_bytes[call.kind])
