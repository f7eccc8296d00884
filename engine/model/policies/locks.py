"""Row locks of a database: a write keeps others from its row until it, or its transaction, ends."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Locks(Policy):
    """Has writes to the same row wait for each other; reads see the version before, and wait for nobody."""

    field: ClassVar[str] = "locks"
    title: ClassVar[str] = "row locks"
    icon: ClassVar[str] = "locks"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "free": PolicyState(word="free", tone="healthy"),
            "waiting": PolicyState(word="waiting", tone="strained"),
            "in_doubt": PolicyState(word="in doubt", tone="failing"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="lock_wait", title="wait for a lock, mean", unit="s"),
        Metric(name="lock_waits", title="waited for a lock", counts=True),
        Metric(name="lock_hold", title="locks are held for, mean", unit="s"),
        Metric(name="lock_timeouts", title="lock timeouts", counts=True),
        Metric(name="deadlocks", title="deadlocks", counts=True),
        Metric(name="locks_held", title="locks held at the end"),
    )

    by: Literal["key", "table"] = setting(
        "key",
        title="Lock by",
        help="key: each row by itself, told by the key of a request. table: every write waits for every other.",
    )
    timeout: float | None = setting(
        50.0,
        title="Lock timeout",
        unit="s",
        help="A write that has waited so long for its lock fails with conflict: 50 s (MySQL's "
        "innodb_lock_wait_timeout). None waits for ever (PostgreSQL's lock_timeout). Meanwhile it keeps its "
        "connection.",
        gt=0.0,
        le=1e6,
    )

    def label(self) -> str:
        """What is locked."""
        return "row locks" if self.by == "key" else "table lock"

    def reads_keys(self) -> bool:
        """Rows are told by keys."""
        return self.by == "key"

    def decides(self, where: Surroundings) -> bool:
        """Who waits for whom depends on the keys, and on what transactions do elsewhere."""
        return True

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """That a lock which nobody gives back stops everybody who wants it."""
        if self.timeout is None:
            return (
                (
                    "A write waits for its lock for ever: one transaction that does not end fills all connections; "
                    f"set a lock timeout, such as {format_quantity(50.0, 's')}"
                ),
            )
        return ()


LOCKS: Final[Any] = setting(
    None,
    title="Row locks",
    group="Locks",
    help="A write locks its row until it ends, or the transaction that it is part of; others wait for it, in order. "
    "Off: writes to one row do not wait for each other.",
)
"""The field, for configs of components that lock rows."""
