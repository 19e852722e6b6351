"""The migrations are complete: nothing is left to make, and from zero they lead to the tables the models describe."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_from_zero_to_the_tables_the_models_describe() -> None:
    """The test database was made by the migrations alone; every table answers with every column of its model."""
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    for model in apps.get_models():
        list(model._default_manager.all()[:1])
