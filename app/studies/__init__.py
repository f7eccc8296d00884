"""Studies of the open design: what is asked becomes a study, runs beside the sandbox, and is shown."""

from __future__ import annotations

from app.studies.desk import StudyDesk

__all__ = ["StudyDesk"]
