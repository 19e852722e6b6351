"""The importer sub-account: a view on one 5106 record."""

from accounts import registry
from accounts.models import SubAccount
from ace_portal.core.numbers import parse_importer_number
from importers.models import ImporterRecord


def _details(sub_account: SubAccount) -> dict[str, object]:
    return {"record": ImporterRecord.objects.filter(sub_account=sub_account).first()}


def _belongings(sub_accounts: list[SubAccount]) -> list[registry.Belonging]:
    records = ImporterRecord.objects.filter(sub_account__in=sub_accounts).order_by("pk")
    return [registry.Belonging(one.sub_account_id or 0, one, f"Importer record (5106): {one}") for one in records]


IMPORTER = registry.AccountType(
    code="IMPORTER",
    label="Importer",
    identifier_label="Importer Record Number (IRN)",
    normalize=lambda text: parse_importer_number(text).normal,
    mask=lambda identifier: parse_importer_number(identifier).masked,
    tabs=(registry.Tab("details", "Importer record (5106)"),),
    detail_template="importers/sub_account_details.html",
    detail_context=_details,
    belongings=_belongings,
)


def register() -> None:
    registry.register(IMPORTER)
