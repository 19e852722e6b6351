"""A worker that dies at every statement in turn: `python -m tests.exporters.dying APPLICATION`.

For each number n, a child of this process works on the application and dies before its n-th statement; the last but one
dies before its commit. After each, a line of JSON tells what is in the database. It ends with the child that survives.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def die_at_commit() -> None:
    os.kill(os.getpid(), signal.SIGABRT)


def work(pk: int, last: int, *, commits: bool) -> None:
    """Process the application in this process, which dies before statement number `last` or before the commit."""
    from django.db import connection

    from exporters import actions

    statements = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        if statements == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    connection.ensure_connection()
    if not commits:
        connection.commit = die_at_commit  # type: ignore[method-assign]
    with connection.execute_wrapper(count):
        actions.process(pk)


def seen(pk: int) -> dict[str, Any]:
    """What is in the database now."""
    from accounts.models import SubAccount, TopAccount, User
    from ace_portal.core.models import Message
    from exporters.models import ExporterApplication
    from useraccess.models import Membership

    kinds = (TopAccount, SubAccount, User, Membership, Message)
    return {
        "status": ExporterApplication.objects.get(pk=pk).status,
        "rows": [kind.objects.count() for kind in kinds],
    }


def child(pk: int, last: int, *, commits: bool) -> int:
    """Work in a child process; returns the signal it died of, 0 for none. Raises SystemExit when it failed."""
    from django.db import connections

    connections.close_all()
    number = os.fork()
    if number == 0:
        work(pk, last, commits=commits)
        os._exit(0)
    _, ended = os.waitpid(number, 0)
    if os.WIFSIGNALED(ended):
        return os.WTERMSIG(ended)
    if os.WEXITSTATUS(ended):
        raise SystemExit(f"the child failed with {os.WEXITSTATUS(ended)}")
    return 0


def main(pk: int) -> None:
    django.setup()
    last, commits = 1, False
    while True:
        died_of = child(pk, last, commits=commits)
        facts = seen(pk)
        if not died_of and facts["status"] == "SUBMITTED":
            # The server has not noticed the last death yet, and the row is still locked.
            continue
        print(json.dumps({"killed": bool(died_of), **facts}))
        if not died_of:
            return
        commits = died_of == signal.SIGABRT
        last = 0 if commits else last + 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
