"""The exporter sub-account: a view on one EIN."""

from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.numbers import mask_ein, parse_ein
from exporters import presentation
from exporters.models import ExporterSubAccount
from exporters.models.authorization import ReportAuthorization, status_of
from exporters.models.sub_account import EXPORTER_TYPE


def _details(sub_account: SubAccount) -> dict[str, object]:
    known = ExporterSubAccount.objects.select_related("sub_account").filter(sub_account=sub_account).first()
    authorization = status_of(sub_account)
    rows = presentation.details(known) if known else []
    rows.append({"label": "Authorization for Reports", "value": authorization.label})
    return {"rows": rows, "authorization": authorization}


def _belongings(sub_accounts: list[SubAccount]) -> list[registry.Belonging]:
    asked = ReportAuthorization.objects.filter(sub_account__in=sub_accounts).order_by("pk")
    return [
        registry.Belonging(
            one.sub_account_id, one, f"Report authorization, request {one.reference}: {one.get_status_display()}"
        )
        for one in asked
    ]


def _moved(sub_accounts: list[SubAccount], *, former: TopAccount, by: User | None) -> None:
    from exporters.actions import authorization

    authorization.follow(sub_accounts, former=former, by=by)


EXPORTER = registry.AccountType(
    code=EXPORTER_TYPE,
    label="Exporter",
    identifier_label="Employer Identification Number (EIN)",
    normalize=parse_ein,
    mask=mask_ein,
    tabs=(registry.Tab("details", "Details"), registry.Tab("authorization", "Authorization for Reports")),
    detail_template="exporters/sub_account_tabs.html",
    detail_context=_details,
    tasks=(registry.Task("Create Exporter", "exporters:create"),),
    belongings=_belongings,
    moved=_moved,
)


def register() -> None:
    registry.register(EXPORTER)
