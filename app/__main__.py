"""Entry point. Thin on purpose: a spawned child imports this module again, and must stay free of Qt."""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import os
import sys

TYPE_CHECKING = False  # loading typing takes longer than all that comes before Ctrl-C is heeded
if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cli.selftest import Probe

_COMMAND = 1_000_000
"""Objects after which cycles among them are looked for: more than any command makes before it does its work."""
_WINDOW = 250_000
"""The same for the window, which lives longer."""
_INTERRUPTED = 130
"""The exit code of Ctrl-C, as shells count."""


def _leave_at_once() -> None:
    """Have Ctrl-C end this process in silence until whoever has something to put in order heeds it instead."""
    # The module behind signal, which is there without a file being read.
    importlib.import_module("_signal").signal(2, lambda *_: os._exit(_INTERRUPTED))


if __name__ == "__main__":
    _leave_at_once()


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or hand a subcommand to the command line, which knows nothing of Qt.

    ``windtunnel`` and ``windtunnel FILE`` open the window; everything else is a subcommand.
    """
    if argv is None:
        _leave_at_once()
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support  # noqa: PLC0415 - elsewhere it has nothing to do

        freeze_support()
    # The start makes objects that stay: looking for garbage among them only delays it. At the end they go with
    # the process.
    gc.set_threshold(_COMMAND)
    atexit.register(gc.freeze)
    # Pydantic would look through everything installed for plugins, which nothing here has.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Numpy's algebra would start a thread a core, which wait busily: a quarter of the start of a command. The matrices
    # here are small, and with one thread their last digits are the same on every machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Imported here, so that neither a child process nor the command line ever loads Qt.
    if wants_window(arguments):
        gc.set_threshold(_WINDOW)
        # Once PySide6 is there, it reads the source of everything that is imported after it.
        importlib.import_module("numpy")
        tuple(importlib.import_module("engine.catalog").COMPONENTS)
        from app.main import run_app  # noqa: PLC0415

        return run_app([each for each in arguments if each != "--run"])
    try:
        from engine.cli.main import run  # noqa: PLC0415

        return run(arguments, _probes() if arguments[0] == "selftest" else ())
    except KeyboardInterrupt:  # while it is loaded
        return _INTERRUPTED


def _probes() -> Sequence[Probe]:
    """The window's part of the self-test, where Qt is installed."""
    if importlib.util.find_spec("PySide6") is None:
        return ()
    from app.selftest import PROBES  # noqa: PLC0415 - only here may Qt be loaded

    return PROBES


def wants_window(arguments: Sequence[str]) -> bool:
    """Whether the arguments ask for the window: none, a file, ``--run`` with a file, or ``--new``."""
    if not arguments or arguments[0] in ("--run", "--new"):
        return True
    only = arguments[0]
    return len(arguments) == 1 and ("." in only or "/" in only or "\\" in only)


if __name__ == "__main__":
    sys.exit(main())
