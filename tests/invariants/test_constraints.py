"""What the database itself refuses, whatever the code around it does: every constraint is broken here, in vain.

The modules of the rooms beside this one say how: a valid row of each table (ROWS), what a second row that a unique
constraint refuses looks like (COPIES, SOURCES, LINKED, APART), and every way to break a check (BREAKS).
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.exporters.conftest import private_files
from tests.invariants import (
    accounts,
    core,
    desk,
    exporters,
    form5106,
    importers,
    mergers,
    ownership,
    trade_applications,
    useraccess,
)
from tests.invariants.rows import MODELS, Changes, Row, copy_of

__all__ = ["private_files"]
pytestmark = pytest.mark.django_db

TOLD_BY: tuple[ModuleType, ...] = (
    core,
    accounts,
    useraccess,
    desk,
    importers,
    exporters,
    form5106,
    trade_applications,
    ownership,
    mergers,
)
CONSTRAINTS = {constraint.name: (model, constraint) for model in MODELS for constraint in model._meta.constraints}
UNIQUE_FIELDS = [
    pytest.param(model, field.name, id=f"{model._meta.label}.{field.name}")
    for model in MODELS
    for field in model._meta.concrete_fields
    if field.unique and not field.primary_key
]


def told(table: str) -> dict[str, Any]:
    """What the rooms say, in one table of this name. Fails when two rooms speak of the same."""
    together: dict[str, Any] = {}
    for room in TOLD_BY:
        said = getattr(room, table, {})
        assert not together.keys() & said.keys(), f"{table}: told twice: {together.keys() & said.keys()}"
        together |= said
    return together


#: One valid row of every kind.
ROWS: dict[str, Callable[[], Row]] = told("ROWS")
#: Unique constraints: how the copy differs from the row (beside fields that are unique by themselves).
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = told("COPIES")
#: Rows that a unique constraint speaks of, where it is not the usual row of the table.
SOURCES: dict[str, Callable[[], Row]] = told("SOURCES")
#: Rows whose unique link is set.
LINKED: dict[str, Callable[[], Row]] = told("LINKED")
#: Changes that keep a copy clear of the table's other constraints.
APART: dict[str, Callable[[Row], dict[str, Any]]] = told("APART")
#: Check constraints: the row, and every way to break it. A value may be a function, called when it is needed.
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = told("BREAKS")


def refused(attempt: Callable[[], object]) -> str:
    """The database's words about an attempt that it refuses."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        attempt()
    return str(caught.value)


# --- Unique ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", COPIES)
def test_a_second_row_is_refused(name: str) -> None:
    model, constraint = CONSTRAINTS[name]
    row = SOURCES.get(name, ROWS[model._meta.label])()
    row = model._default_manager.get(pk=row.pk)
    again = copy_of(row, same=set(), **COPIES[name](row))
    said = refused(lambda: model._default_manager.bulk_create([again]))
    if connection.vendor == "postgresql" or not constraint.fields:
        assert name in said
    else:
        columns = {f"{model._meta.db_table}.{model._meta.get_field(field).column}" for field in constraint.fields}
        assert all(column in said for column in columns), said


@pytest.mark.parametrize(("model", "field"), UNIQUE_FIELDS)
def test_a_value_that_is_given_once_is_not_given_again(model: type[models.Model], field: str) -> None:
    row = model._default_manager.get(pk=ROWS[model._meta.label]().pk)
    if getattr(row, field) in (None, ""):
        row = LINKED[f"{model._meta.label}.{field}"]()
    again = copy_of(row, same={field}, **APART.get(model._meta.label, lambda row: {})(row))
    said = refused(lambda: model._default_manager.bulk_create([again]))
    column = model._meta.get_field(field).column
    assert column in said, said


# --- Check -------------------------------------------------------------------------------------------------------
#: Of rows that are never changed: a broken one is added instead.
WRITTEN_ONCE = {"activity_attachment_has_a_name"}
ATTEMPTS = [
    pytest.param(name, make, changes, id=f"{name}: {', '.join(changes)} #{number}")
    for name, ways in BREAKS.items()
    for make, several in ways
    for number, changes in enumerate(several)
]


@pytest.mark.parametrize(("name", "make", "changes"), ATTEMPTS)
def test_a_row_that_breaks_its_promise_is_refused(name: str, make: Callable[[], Row], changes: dict[str, Any]) -> None:
    row = make()
    values = {
        field: value() if callable(value) and not isinstance(value, F) else value for field, value in changes.items()
    }
    rows = CONSTRAINTS[name][0]._default_manager
    if name in WRITTEN_ONCE:
        assert name in refused(lambda: rows.bulk_create([copy_of(row, same=set(), **values)]))
    else:
        assert name in refused(lambda: rows.filter(pk=row.pk).update(**values))


# --- All of them -------------------------------------------------------------------------------------------------
def test_every_constraint_is_broken() -> None:
    assert {*COPIES, *BREAKS} == set(CONSTRAINTS)
    for name in COPIES:
        assert isinstance(CONSTRAINTS[name][1], models.UniqueConstraint)
    for name in BREAKS:
        assert isinstance(CONSTRAINTS[name][1], models.CheckConstraint)


def test_every_table_with_a_promise_has_a_row_to_break() -> None:
    promising = {model for model, _ in CONSTRAINTS.values()} | {param.values[0] for param in UNIQUE_FIELDS}
    assert {model._meta.label for model in promising} == set(ROWS)


def test_nothing_a_decision_points_at_can_be_deleted() -> None:
    application = factories.application_approved()
    account = factories.account_of(application)
    for row in (account, account.sub_accounts.get(), application.decided_by, application.record):
        with pytest.raises(models.ProtectedError):
            row.delete()
    assert ImporterApplication.objects.count() == ImporterRecord.objects.count() == 1
