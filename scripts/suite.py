"""Run the test suite: `python -m scripts.suite embedded|stack [pytest arguments]`.

`embedded` states every switch, so that no service is touched even where a shell or a `.env` names one;
`stack` is the same suite on PostgreSQL and Redis.
"""

import os
import sys
from pathlib import Path

from scripts import environment, services

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a key for tests that never meets a real portal, long enough for every check"  # noqa: S105


def main(arguments: list[str]) -> None:
    """Replace this process with pytest."""
    kind, *rest = arguments
    switches = environment.embedded(ROOT / "var" / "test", secret=SECRET)
    if kind == "stack":
        services.versions()
        switches |= services.addresses()
    os.chdir(ROOT)
    # One more than there are processors: tests wait for browsers, processes and locks.
    workers = str((os.cpu_count() or 1) + 1)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", "-n", workers, *rest], switches)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
