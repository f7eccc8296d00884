"""What makes two attempts one: the logical call of which both are attempts, carried on as an idempotency key is."""

from __future__ import annotations

from typing import final


@final
class LogicalCall:
    """One thing that is asked for, however often."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, int], LogicalCall] = {}
        self._done: dict[str, int] = {}
        """How often each node has done it; whoever hands it on does it as well."""

    def part(self, link: str, number: int) -> LogicalCall:
        """The thing that whoever does this asks for as the so-manieth over a link."""
        found = self._parts.get((link, number))
        if found is None:
            found = LogicalCall()
            self._parts[(link, number)] = found
        return found

    def do(self, node: str) -> int:
        """Note that a node has done it, and say how often it has by now."""
        times = self._done.get(node, 0) + 1
        self._done[node] = times
        return times
