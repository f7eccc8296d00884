"""A shop in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.files import save
from tests.engine.study.helpers import shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    save(shop(), path)
    return path
