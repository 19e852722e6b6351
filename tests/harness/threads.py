"""Several people at the same moment: threads that meet at a barrier, each with its own database connection."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

PATIENCE = 60


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions at once and return, in their order, what each returned or the exception it raised.

    Needs real commits (`transactional_db`). Nobody begins before all are ready.
    """
    barrier = threading.Barrier(len(functions))
    results: list[Any] = [None] * len(functions)

    def run(number: int) -> None:
        try:
            # The connection is opened before the barrier: opening takes longer than most races.
            connections["default"].ensure_connection()
            barrier.wait(PATIENCE)
            results[number] = functions[number]()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread did not come back: deadlock?"
    return results
