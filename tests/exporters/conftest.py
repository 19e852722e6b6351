"""What the tests of exporters share."""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.moving_time import later

__all__ = ["later"]


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    """Uploaded documents are kept in a directory of this test alone."""
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return tmp_path / "private"
