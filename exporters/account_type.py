"""The exporter sub-account: a view on one EIN."""

from accounts import registry
from accounts.models import SubAccount
from ace_portal.core.numbers import mask_ein, parse_ein
from exporters import presentation
from exporters.models import ExporterSubAccount
from exporters.models.authorization import status_of
from exporters.models.sub_account import EXPORTER_TYPE


def _details(sub_account: SubAccount) -> dict[str, object]:
    known = ExporterSubAccount.objects.select_related("sub_account").filter(sub_account=sub_account).first()
    authorization = status_of(sub_account)
    rows = presentation.details(known) if known else []
    rows.append({"label": "Authorization for Reports", "value": authorization.label})
    return {"rows": rows, "authorization": authorization}


EXPORTER = registry.AccountType(
    code=EXPORTER_TYPE,
    label="Exporter",
    identifier_label="Employer Identification Number (EIN)",
    normalize=parse_ein,
    mask=mask_ein,
    tabs=(registry.Tab("details", "Details"), registry.Tab("authorization", "Authorization for Reports")),
    detail_template="exporters/sub_account_tabs.html",
    explanation="Sends goods out of the United States or its territories, and has an EIN.",
    application="exporters:apply",
    detail_context=_details,
    tasks=(registry.Task("Create Exporter", "exporters:create"),),
)


def register() -> None:
    registry.register(EXPORTER)
