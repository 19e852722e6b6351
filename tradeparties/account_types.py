"""The account types of brokers, filers and carriers: a number that is public, a name, and nothing else so far.

CBP alone creates their sub-accounts (facts-access §2.3, facts-applications §2.5). A further type is one more line here.
"""

from django.utils import timezone

from accounts import registry
from accounts.models import SubAccount
from ace_portal.core.numbers import parse_filer_code, parse_scac


def _details(sub_account: SubAccount) -> dict[str, object]:
    since = timezone.localtime(sub_account.created_at)
    return {
        "rows": [
            {"label": "Name", "value": sub_account.name},
            {"label": sub_account.type.identifier_label, "value": sub_account.identifier},
            {"label": "Since", "value": f"{since:%B %-d, %Y}"},
        ]
    }


def _shown(identifier: str) -> str:
    """Numbers of this kind are public: nothing is masked."""
    return identifier


def _kind(
    code: str, label: str, identifier_label: str, normalize: registry.Normalize, *, holds_filer_code: bool
) -> registry.AccountType:
    return registry.AccountType(
        code=code,
        label=label,
        identifier_label=identifier_label,
        normalize=normalize,
        mask=_shown,
        tabs=(registry.Tab("details", "Details"),),
        detail_template="tradeparties/sub_account_details.html",
        detail_context=_details,
        holds_filer_code=holds_filer_code,
    )


BROKER = _kind("BROKER", "Broker", "Filer code", parse_filer_code, holds_filer_code=True)
FILER = _kind("FILER", "Filer", "Filer code", parse_filer_code, holds_filer_code=True)
CARRIER = _kind("CARRIER", "Carrier", "SCAC", parse_scac, holds_filer_code=False)
#: What the desk may create.
KINDS = (BROKER, FILER, CARRIER)


def register() -> None:
    for kind in KINDS:
        registry.register(kind)
