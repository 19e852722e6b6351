"""A list must not get slower with its length: the number of queries stays the same for 10 rows and for 1,000."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

FEW, MANY = 10, 1000


def assert_constant_queries(
    client: Client, url: str, grow: Callable[[int], object], *, few: int = FEW, many: int = MANY
) -> int:
    """Fetch `url` with `few` and with `many` rows and fail unless both took the same number of queries.

    `grow(n)` adds n rows to what the page shows. The page is fetched once beforehand, so that what Django remembers
    for good (content types above all) is not counted. Returns the number of queries.
    """
    grow(few)
    _queries(client, url)
    before = _queries(client, url)
    grow(many - few)
    renew(client)
    after = _queries(client, url)
    extra = [query for query in after if query not in before]
    assert len(after) == len(before), (
        f"{url} took {len(before)} queries with {few} rows and {len(after)} with {many}. New ones:\n"
        + "\n".join(extra[:20])
    )
    return len(after)


def renew(client: Client) -> None:
    """Let the session be written that it was used, which it is every 20 seconds, before queries are counted."""
    assert client.get("/healthz").status_code == 200


def _queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"
    return [query["sql"] for query in captured.captured_queries]
