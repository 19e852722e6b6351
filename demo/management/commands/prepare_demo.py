"""`manage.py prepare_demo`: make everything ready that the demo's web and worker need, in one process."""

import fcntl
import hashlib
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    """Migrates, collects the static files and loads the demo world, each only as far as it is not done yet.

    Prints the cast and its logins on standard output, and what it did on standard error.
    """

    help = "Migrate, collect static files, load the demo world and print the cast with its logins."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if _migrations_missing():
            self.stderr.write("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        self._collect_static_files()
        call_command("load_demo_world", stdout=self.stderr)
        call_command("demo_logins", stdout=self.stdout)

    def _collect_static_files(self) -> None:
        root = Path(settings.STATIC_ROOT)
        root.mkdir(exist_ok=True)
        stamp = root / ".collected"
        with (root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fingerprint = _static_fingerprint()
            if stamp.exists() and stamp.read_text() == fingerprint:
                return
            self.stderr.write("Collecting the static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(fingerprint)


def _migrations_missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _static_fingerprint() -> str:
    """A digest that changes when a static file, Django or the storage changes: names, sizes and times suffice."""
    digest = hashlib.sha256(repr((django.VERSION, settings.STORAGES["staticfiles"])).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            place = f"{getattr(storage, 'prefix', '')}/{name}"
            digest.update(repr((place, status.st_size, status.st_mtime_ns)).encode())
    return digest.hexdigest()
