"""What a study refuses, in one clear line."""

from __future__ import annotations


class StudyError(ValueError):
    """A study that cannot be made as asked. The message is one line: what, where, remedy."""
