from tests.harness.moving_time import later

__all__ = ["later"]
