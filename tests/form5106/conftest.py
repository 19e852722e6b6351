"""What the tests of filings share."""

from tests.exporters.conftest import private_files
from tests.harness.moving_time import later

__all__ = ["later", "private_files"]
