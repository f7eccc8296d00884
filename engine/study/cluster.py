"""Points computed by a Dask cluster, found by the address of its scheduler.

Needs the extra ``windtunnel[cluster]``, and the same version of Windtunnel on every worker.
"""

from __future__ import annotations

import importlib
import logging
import socket
from typing import TYPE_CHECKING, Any, Final

from engine.release import engine_version
from engine.study.executor import ExecutorError
from engine.study.points import Outcome, run_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.study.points import Point

_PATIENCE: Final = 5.0
"""Wall seconds within which a scheduler has to answer."""


class ClusterExecutor:
    """Tasks on a Dask cluster. A worker that dies is no loss: its points go to the others."""

    def __init__(self, address: str) -> None:
        """Connect to a scheduler, such as ``tcp://host:8786``. Raises ``ExecutorError``."""
        try:
            dask = importlib.import_module("distributed")
        except ImportError as error:
            msg = "a cluster needs an extra: pip install 'windtunnel[cluster]'"
            raise ExecutorError(msg) from error
        self._address = address
        _knock(address)
        # A lost connection is said in one line here, not in pages of the library's log.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client: Any = dask.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise ExecutorError(_silent(address)) from error
        self._check_workers()
        self._ready: Any = dask.as_completed(
            loop=self._client.loop, with_results=True, raise_errors=False
        )
        self._keys: dict[str, str] = {}
        self._closed = False

    def _check_workers(self) -> None:
        """Refuse workers that cannot compute, or would compute something else."""
        try:
            versions = self._client.run(engine_version)
        except Exception as error:  # whatever the workers raise arrives here
            self._client.close(timeout=_PATIENCE)
            msg = f"{self._address}: its workers have no windtunnel {engine_version()}; install it"
            raise ExecutorError(msg) from error
        for other in sorted(set(versions.values()) - {engine_version()}):
            self._client.close(timeout=_PATIENCE)
            raise ExecutorError(_other_version(self._address, other))

    def submit(self, points: Sequence[Point]) -> None:
        """Give points to the cluster."""
        for point in points:
            future = self._client.submit(
                run_point, point, key=f"windtunnel-{point.key}", pure=False
            )
            self._keys[future.key] = point.key
            self._ready.add(future)

    def poll(self) -> list[Outcome]:
        """What was finished since."""
        if self._closed or not self._keys:
            return []
        if self._client.status not in {"running", "connecting"}:
            raise ExecutorError(self._lost)
        done = self._ready.next_batch(block=False) if self._ready.has_ready() else []
        return [self._outcome(future, value) for future, value in done]

    def wait(self, seconds: float) -> None:
        """Wait until something is finished."""
        with self._ready.thread_condition:
            if not self._closed and not self._ready.has_ready():
                self._ready.thread_condition.wait(seconds)

    def close(self) -> None:
        """Take back what is not finished, and hang up."""
        if not self._closed:
            self._closed = True
            self._client.close(timeout=_PATIENCE)

    @property
    def _lost(self) -> str:
        return f"{self._address}: the cluster is lost"

    def _outcome(self, future: Any, value: Any) -> Outcome:
        """An outcome, or what the cluster says of a task that none of its workers survived."""
        if isinstance(value, Outcome):
            if value.engine != engine_version():
                raise ExecutorError(_other_version(self._address, value.engine))
            del self._keys[future.key]
            return value
        if future.cancelled():
            raise ExecutorError(self._lost)
        error = value[1] if isinstance(value, tuple) else value
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Outcome(self._keys.pop(future.key), error=text, engine=engine_version())


def _knock(address: str) -> None:
    """Refuse an address at which nobody answers. A client that cannot connect ends in a traceback."""
    addressing = importlib.import_module("distributed.comm.addressing")
    try:
        place: tuple[str, int] = addressing.get_address_host_port(address)
        socket.create_connection(place, timeout=_PATIENCE).close()
    except (OSError, ValueError) as error:
        raise ExecutorError(_silent(address)) from error


def _silent(address: str) -> str:
    """What to do where nobody answers."""
    return f"{address}: no Dask scheduler answers there; check the address (tcp://host:8786), or start one"


def _other_version(address: str, other: str) -> str:
    """What to do about a worker that would give other numbers."""
    return f"{address}: a worker has windtunnel {other}, not {engine_version()}; install the same"
