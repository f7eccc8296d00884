"""Where the application keeps its own files: settings, recovery copies, file history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

NAME = "windtunnel"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one person on one machine. They may not exist yet."""

    config: Path
    state: Path
    data: Path | None = None
    """Where what lasts is kept; None for where the state is."""

    @classmethod
    def of_platform(cls) -> Places:
        """The folders that the platform sets aside for this application."""
        return cls(
            Path(platformdirs.user_config_path(NAME, appauthor=False)),
            Path(platformdirs.user_state_path(NAME, appauthor=False)),
            Path(platformdirs.user_data_path(NAME, appauthor=False)),
        )

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def recovery(self) -> Path:
        """Copies of what is not saved yet, one for each open window."""
        return self.state / "recovery"

    @property
    def presence(self) -> Path:
        """Which files are open in which windows."""
        return self.state / "open"

    @property
    def studies(self) -> Path:
        """Runs of studies, so that a study goes on where it was stopped."""
        return self.state / "studies"

    @property
    def runs(self) -> Path:
        """The database of runs."""
        return (self.data or self.state) / "runs.sqlite3"

    @property
    def history(self) -> Path:
        """Saved versions of each file."""
        return self.state / "history"


def shipped_designs() -> Path:
    """The folder of designs that come with the application, beside the packages."""
    return Path(__file__).resolve().parent.parent / "saved_designs"
