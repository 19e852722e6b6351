"""A top account has exactly one owner, always.

At most one is a unique index (one_trade_account_owner). At least one: the owner's live row never ends and never becomes
something else. A change of owner puts another person on it. PostgreSQL refuses to delete it as well; on SQLite only
Django's own PROTECT does, since emptying a test database there is a row-by-row DELETE.
"""

from django.db import migrations

SENTENCE = "a top account keeps its Trade Account Owner"
GIVEN_UP = (
    "OLD.role = 'TAO' AND OLD.ended_at IS NULL "
    "AND (NEW.role <> 'TAO' OR NEW.ended_at IS NOT NULL OR NEW.top_account_id <> OLD.top_account_id)"
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION useraccess_keep_owner() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_keeps_its_owner';
    END $$
    """,
    f"""
    CREATE TRIGGER account_keeps_its_owner BEFORE UPDATE ON useraccess_membership
    FOR EACH ROW WHEN ({GIVEN_UP}) EXECUTE FUNCTION useraccess_keep_owner()
    """,
    """
    CREATE TRIGGER account_keeps_its_owner_row BEFORE DELETE ON useraccess_membership
    FOR EACH ROW WHEN (OLD.role = 'TAO' AND OLD.ended_at IS NULL) EXECUTE FUNCTION useraccess_keep_owner()
    """,
)
SQLITE = (
    f"""
    CREATE TRIGGER account_keeps_its_owner BEFORE UPDATE ON useraccess_membership FOR EACH ROW WHEN {GIVEN_UP}
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """,
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER account_keeps_its_owner_row ON useraccess_membership",
        "DROP TRIGGER account_keeps_its_owner ON useraccess_membership",
        "DROP FUNCTION useraccess_keep_owner()",
    ),
    "sqlite": ("DROP TRIGGER account_keeps_its_owner",),
}


def create(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("useraccess", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
