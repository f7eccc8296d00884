"""Gives each write that succeeds at a data origin a version, and tells reads which they have read."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.owners import root_of
from engine.sim.lane.seams import Gate
from engine.sim.lane.stores.versions import UNKNOWN, note, version_of

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.stores.versions import Versions


@final
class OriginGate(Gate):
    """Lets everybody in. What has a version already keeps it: replicas say themselves what they have."""

    def __init__(self, versions: Versions) -> None:
        self.hears = True
        self.versions = versions
        self.writes: list[bool] = [False]
        """Whether requests of each class write."""

    def left(self, call: Call, reason: i64, now: float) -> None:
        """A request was answered: of its key there is a new version, or it has read the newest."""
        if reason != OK or call.task < 0:
            return
        context = call.context
        if context is not None and context.session is not None:
            return
        if version_of(call) != UNKNOWN:
            return
        versions = self.versions
        if not self.writes[call.kind]:
            held = versions.held(call.key)
            note(call, held)
            versions.compare(call, held)
            return
        promised = UNKNOWN
        if len(versions.ahead) > 0:
            promised = version_of(root_of(call))
        if promised != UNKNOWN:
            versions.applied(call.key, promised, now)
            note(call, promised)
        else:
            note(call, versions.write(call.key, now))
