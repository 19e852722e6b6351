"""Filer codes of an account, and users who are limited to one importer number and one of them."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

KEEPS_ITS_OWNER = import_module("useraccess.migrations.0002_an_account_keeps_its_owner")


def keep_owners(apps, schema_editor):
    """SQLite builds a table anew to change it, and loses its triggers."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS account_keeps_its_owner")
        for statement in KEEPS_ITS_OWNER.SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("useraccess", "0003_the_log_is_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, keep_owners),
        migrations.CreateModel(
            name="FilerCodeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("filer_code", models.CharField(max_length=3)),
                ("linked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="removed at")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="removed by",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "top_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filer_codes",
                        to="accounts.topaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["filer_code", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["top_account", "filer_code"],
                        condition=Q(ended_at=None),
                        name="one_live_filer_code_link",
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_at__gte=F("linked_at")),
                        name="filer_code_link_ended_later",
                    ),
                    models.CheckConstraint(condition=~Q(filer_code=""), name="filer_code_link_of_a_code"),
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="limit_filer_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="And of its data what was filed under this code.",
                max_length=3,
                verbose_name="limit to filer code",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="limit_sub_account",
            field=models.ForeignKey(
                blank=True,
                help_text="Of all importer sub-accounts the person has this one alone, within what is granted.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.subaccount",
                verbose_name="limit to importer number",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=Q(limit_filer_code="", limit_sub_account__isnull=True)
                | Q(~Q(limit_filer_code=""), everything_received=False, limit_sub_account__isnull=False, role="USER"),
                name="limit_is_whole_and_for_users",
            ),
        ),
        migrations.RunPython(keep_owners, migrations.RunPython.noop),
    ]
