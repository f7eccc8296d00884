"""How a command ends: exit codes, one line for whatever went wrong, signals, and output that nobody takes."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Final

import typer

from engine.cli.errors import BAD_INPUT, BROKEN, INTERRUPTED, OK, InputError, Interrupted
from engine.cli.terminal import prepare_streams, shown
from engine.interrupting import SOON, is_amid_something

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    _Sorts = type[BaseException] | tuple[type[BaseException], ...]

DEBUG: Final = "WINDTUNNEL_DEBUG"
"""Environment variable: where it is set, an unexpected error shows its traceback."""
_UsageProblem: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""The base of every complaint about arguments (ClickException, which typer does not export)."""
_UNWRITABLE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says of output that cannot be written."""


def ended(act: Callable[[], int]) -> int:
    """Carry out a command and end well, whatever happens; returns the exit code."""
    with _heeding_signals():
        try:
            prepare_streams()
            code = _judged(act)
        except (KeyboardInterrupt, Interrupted) as error:  # while it was said what went wrong
            code = _signalled(error)
        return _flushed(code)


def _judged(act: Callable[[], int]) -> int:
    """The exit code of a command, and a line where it did not end by itself."""
    try:
        return act()
    except (Exception, KeyboardInterrupt, Interrupted, SystemExit) as error:  # noqa: BLE001 - it ends in a line
        return next(judge(error) for sorts, judge in _JUDGES if isinstance(error, sorts))


def _refused(error: BaseException) -> int:
    """What the user gave cannot be used."""
    return _complain(str(error), BAD_INPUT)


def _misused(problem: BaseException) -> int:
    """The arguments make no sense."""
    text = getattr(problem, "format_message", problem.__str__)()
    return _complain(f"{text} Try: windtunnel --help", BAD_INPUT)


def _left(error: BaseException) -> int:
    """Who writes for us may end the process where nobody reads any more; that is no failure."""
    code = getattr(error, "code", OK)
    return (
        code if isinstance(code, int) and not isinstance(error.__context__, BrokenPipeError) else OK
    )


def _unread(_error: BaseException) -> int:
    """Nobody reads any more."""
    return OK


def _denied(error: BaseException) -> int:
    """The system refuses something."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return _complain(_unwritable(error), BAD_INPUT)
    return _unexpected(error)


def _unexpected(error: BaseException) -> int:
    """Say that it is our fault, and whom to tell."""
    if os.environ.get(DEBUG):
        with contextlib.suppress(OSError, ValueError):
            traceback.print_exception(error, file=sys.stderr)
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    advice = (
        "this is a fault of Windtunnel, not yours; please report it to whoever gave you Windtunnel, with the "
        f"command and the file ({DEBUG}=1 shows where it happened)"
    )
    return _complain(f"unexpected error: {what}; {advice}", BROKEN)


def _signalled(error: BaseException | None) -> int:
    """The exit code of what a signal ended, as shells count: 128 and the signal's number."""
    number = error.args[0] if isinstance(error, Interrupted) else signal.SIGINT
    word = "interrupted" if number == signal.SIGINT else "told to end"
    return _complain(word, INTERRUPTED if number == signal.SIGINT else 128 + int(number))


_JUDGES: Final[tuple[tuple[_Sorts, Callable[[BaseException], int]], ...]] = (
    (InputError, _refused),
    (_UsageProblem, _misused),
    ((KeyboardInterrupt, Interrupted), _signalled),
    (typer.Abort, lambda error: _signalled(error.__cause__)),
    (SystemExit, _left),
    (BrokenPipeError, _unread),
    (OSError, _denied),
    (BaseException, _unexpected),
)
"""Who says what an error means, the particular before the general."""


def _complain(text: str, code: int) -> int:
    """Say in one line what was wrong, if there is somebody to say it to; returns the exit code."""
    line = shown(" ".join(text.split()))
    with contextlib.suppress(OSError, ValueError):
        print(f"windtunnel: {line}", file=sys.stderr)
    return code


def _unwritable(error: OSError) -> str:
    """What to say of output that cannot be written."""
    where = error.filename or "the output"
    return f"{where}: cannot be written: {(error.strerror or str(error)).lower()}; choose another place"


def _flushed(code: int) -> int:
    """Bring out what was written. Where that fails, nothing is left to complain at the end of the process."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError) as error:
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if not isinstance(error, OSError) or error.errno not in _UNWRITABLE:
                continue
            if stream is sys.stdout and code <= 1:
                code = _complain(_unwritable(error), BAD_INPUT)
    return code


@contextlib.contextmanager
def _heeding_signals() -> Iterator[None]:
    """End on Ctrl-C and on a polite kill by way of an exception, so that everything is put in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, _interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A signal asks to end. Not amid a validation, but soon after. Raises ``Interrupted``."""
    if not is_amid_something(frame):
        raise Interrupted(number)
    again = threading.Timer(SOON, signal.raise_signal, (number,))
    again.daemon = True
    again.start()
