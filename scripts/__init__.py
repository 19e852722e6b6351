"""What `make` runs: set-up, the demo, the tests and the checks, each as `python3 -m scripts.<name>`.

The oldest Python is checked here, because this file is read first and is written so that an older one can read it.
"""

import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    sys.exit(
        "This needs Python 3.11 or newer, and this one is {}.{}: install a newer one and name it, "
        "for example `make demo PYTHON=python3.12`.".format(*sys.version_info[:2])
    )
