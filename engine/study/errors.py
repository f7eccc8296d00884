"""What a study refuses, in one clear line."""

from __future__ import annotations


class StudyError(ValueError):
    """A study that cannot be made as asked. The message is one line: what, where, remedy."""


class UnfitError(StudyError):
    """A design that a study can make nothing of: it cannot run, or has not what is studied."""

    def __init__(self, message: str, file: str = "") -> None:
        """Say what is wrong with it; ``file``: where it comes from, empty where nobody knows."""
        super().__init__(message)
        self.file = file
