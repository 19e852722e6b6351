from django.db import migrations

from ace_portal.core.beginnings import index_beginnings


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_message_attachments'),
    ]

    operations = [
        index_beginnings(
            {
                "account_name_beginning": ("accounts_topaccount", "company_name"),
                "sub_account_name_beginning": ("accounts_subaccount", "name"),
            }
        ),
    ]
