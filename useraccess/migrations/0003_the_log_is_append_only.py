"""An entry of the Business Activity Log is never changed and never deleted, by nobody.

PostgreSQL refuses to delete one as well; on SQLite no code of the portal does, and the database cannot say so, since
emptying a test database there is a row-by-row DELETE.
"""

from django.db import migrations

SENTENCE = "an entry of the Business Activity Log stays as it was written"
POSTGRESQL = (
    f"""
    CREATE FUNCTION useraccess_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation', CONSTRAINT = 'log_is_append_only';
    END $$
    """,
    """
    CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON useraccess_activityentry
    FOR EACH ROW EXECUTE FUNCTION useraccess_keep_entry()
    """,
)
SQLITE = (
    f"""
    CREATE TRIGGER log_is_append_only BEFORE UPDATE ON useraccess_activityentry FOR EACH ROW
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """,
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER log_is_append_only ON useraccess_activityentry",
        "DROP FUNCTION useraccess_keep_entry()",
    ),
    "sqlite": ("DROP TRIGGER log_is_append_only",),
}


def create(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("useraccess", "0002_an_account_keeps_its_owner")]
    operations = [migrations.RunPython(create, drop)]
