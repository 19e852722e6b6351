"""What the tests of the trade parties share."""

from tests.desk.conftest import desk, olive
from tests.exporters.conftest import private_files
from tests.harness.moving_time import later

__all__ = ["desk", "later", "olive", "private_files"]
