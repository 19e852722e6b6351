"""The two stacks that the portal is promised for, each with a database of its own that is gone afterwards."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from benchmarks.servers import Failed
from scripts import environment, services

#: The databases of Redis that are looked at for an empty one, so that nobody else's worker takes our tasks.
REDIS_DATABASES = range(15, 0, -1)
SETTINGS = {"portal": "ace_portal.settings", "bare": "benchmarks.bare.settings"}
TITLES = {"embedded": "Embedded default", "services": "PostgreSQL and Redis"}


class Unreachable(Exception):
    """The services do not answer; the text says which."""


class Stack:
    """Where one stack keeps its data. `environment_of` gives the portal and the bare project their switches."""

    def __init__(self, name: str, directory: Path, versions: str) -> None:
        self.name = name
        self.directory = directory
        self.versions = versions
        self.services: dict[str, dict[str, str]] = {"portal": {}, "bare": {}}

    @property
    def title(self) -> str:
        return f"{TITLES[self.name]} ({self.versions})"

    def environment_of(self, project: str, *, secret: str, port: int) -> dict[str, str]:
        """The switches of a production set-up: DEBUG off, JSON logs, one proxy in front that names the visitor."""
        directory = self.directory / project
        directory.mkdir(exist_ok=True)
        switches = environment.embedded(directory, secret=secret, port=port)
        switches |= {"LOG_FORMAT": "json", "PROXY_COUNT": "1", "DJANGO_SETTINGS_MODULE": SETTINGS[project]}
        return switches | self.services[project]


@contextmanager
def opened(name: str, directory: Path) -> Iterator[Stack]:
    """A stack ("embedded" or "services") that is ready to be written to; what it made is removed at the end.

    Raises Unreachable when a service does not answer.
    """
    if name == "embedded":
        yield Stack(name, directory, f"SQLite {sqlite3.sqlite_version}, file broker")
        return
    where = services.addresses()
    try:
        postgresql = services.postgresql_version(where["DATABASE_URL"])
        broker = services.redis_version(where["CELERY_BROKER_URL"])
    except services.NoAnswer as failure:
        raise Unreachable(str(failure)) from None
    stack = Stack(name, directory, f"PostgreSQL {postgresql}, Redis {broker}")
    with (
        _database(where["DATABASE_URL"], "portal") as portal,
        _database(where["DATABASE_URL"], "bare") as bare,
        _broker(where["CELERY_BROKER_URL"]) as queue,
    ):
        stack.services = {
            "portal": {"DATABASE_URL": portal, "CELERY_BROKER_URL": queue},
            "bare": {"DATABASE_URL": bare},
        }
        yield stack


@contextmanager
def _database(address: str, project: str) -> Iterator[str]:
    name = f"ace_benchmark_{project}_{os.getpid()}"
    server = services.server_url(address)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _broker(address: str) -> Iterator[str]:
    server = address.rpartition("/")[0] if address.count("/") > 2 else address
    for number in REDIS_DATABASES:
        with redis.Redis.from_url(f"{server}/{number}") as client:
            if client.dbsize() == 0:
                break
    else:
        raise Failed("Redis has no empty database for the benchmark: numbers 1 to 15 all hold something.")
    try:
        yield f"{server}/{number}"
    finally:
        with redis.Redis.from_url(f"{server}/{number}") as client:
            client.flushdb()
