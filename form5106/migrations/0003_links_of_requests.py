"""A link for each request that was made before requests had a page of their own."""

import ace_portal.core.tokens
from django.db import migrations, models


def give(apps, schema_editor):
    requests = apps.get_model("form5106", "RestoreRequest").objects.filter(status_token=None)
    for pk in requests.order_by("pk").values_list("pk", flat=True).iterator():
        requests.filter(pk=pk).update(status_token=ace_portal.core.tokens.link_token())


class Migration(migrations.Migration):

    dependencies = [
        ('form5106', '0002_the_desk_asks_back'),
    ]

    operations = [
        migrations.AlterField(
            model_name='restorerequest',
            name='status_token',
            field=models.CharField(default=ace_portal.core.tokens.link_token, editable=False, max_length=22, null=True, unique=True),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
