"""The database server and the broker that the tests run against, and the versions that are promised to work.

`python -m scripts.services` prints what answers at DATABASE_URL and CELERY_BROKER_URL and fails on other versions.
`docker-compose.yml` uses the same versions; a test holds the two together.
"""

import os
from urllib.parse import urlsplit

import psycopg
import redis

POSTGRESQL = "15"
REDIS = "7.0"

#: Where they are unless the environment says otherwise: the local standard ports.
DATABASE_URL = "postgres://postgres@127.0.0.1:5432/ace_portal"
CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"


def addresses() -> dict[str, str]:
    """Where the database server and the broker are, as DATABASE_URL and CELERY_BROKER_URL.

    Stops the program with a sentence when one of them is not of the kind that these tests are for.
    """
    found = {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or DATABASE_URL,
        "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL") or CELERY_BROKER_URL,
    }
    for name, schemes in (("DATABASE_URL", ("postgres", "postgresql")), ("CELERY_BROKER_URL", ("redis", "rediss"))):
        if found[name].partition("://")[0] not in schemes:
            raise SystemExit(f"{name} must begin with {schemes[0]}:// here, since this is about the real services.")
    return found


class NoAnswer(Exception):
    """A service does not answer; the text says which, and what to set."""


def postgresql_version(database_url: str) -> str:
    """Ask the database server for its version ("15.4"); raises NoAnswer.

    It is asked through its own database `postgres`: the one named in the address need not exist.
    """
    try:
        with psycopg.connect(server_url(database_url), connect_timeout=5) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError as error:
        raise NoAnswer(f"PostgreSQL does not answer; set DATABASE_URL. It said: {error}") from None
    return f"{number // 10000}.{number % 10000}"


def server_url(database_url: str) -> str:
    """The address of the database `postgres` on the same server: it is always there."""
    return urlsplit(database_url)._replace(path="/postgres").geturl()


def redis_version(broker_url: str) -> str:
    """Ask Redis for its version ("7.0.15"); raises NoAnswer."""
    try:
        with redis.Redis.from_url(broker_url, socket_timeout=5, socket_connect_timeout=5) as client:
            return str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        raise NoAnswer(f"Redis does not answer; set CELERY_BROKER_URL. It said: {error}") from None


def versions() -> dict[str, str]:
    """The versions of both by name; one that does not answer stops the program with a sentence."""
    where = addresses()
    try:
        return {
            "PostgreSQL": postgresql_version(where["DATABASE_URL"]),
            "Redis": redis_version(where["CELERY_BROKER_URL"]),
        }
    except NoAnswer as failure:
        raise SystemExit(str(failure)) from None


def main() -> None:
    """Print the versions; versions other than the promised ones stop the program with a sentence."""
    found = versions()
    print("Services:", ", ".join(f"{name} {version}" for name, version in found.items()))
    for name, promised in (("PostgreSQL", POSTGRESQL), ("Redis", REDIS)):
        if not f"{found[name]}.".startswith(f"{promised}."):
            raise SystemExit(f"The tests are for {name} {promised}, and {name} {found[name]} answers.")


if __name__ == "__main__":
    main()
