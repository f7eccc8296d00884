"""A shop in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.files import save
from tests.engine.study.helpers import shop
from tests.helpers.warm import warm_processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def begun_warm() -> Iterator[None]:
    """Processes of studies that this process asks for; commands that are processes themselves begin theirs cold."""
    with warm_processes():
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    save(shop(), path)
    return path
