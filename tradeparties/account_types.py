"""The account types of the trade parties beside importers and exporters: a number, a name, and nothing else so far.

Identifiers: facts-applications §2.2; where it names none, docs/applications.md says what was chosen. CBP alone creates
these sub-accounts (facts-access §2.3, facts-applications §2.5). A further type is one more line here.
"""

from collections.abc import Callable

from django.utils import timezone

from accounts import registry
from accounts.models import SubAccount
from ace_portal.core import numbers

#: The application that leads to all of these types but the protest filer's.
TRADE = "tradeparties:apply"


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
    """Most numbers of these kinds are public: nothing is masked."""
    return identifier


def _kind(
    code: str,
    label: str,
    identifier_label: str,
    normalize: registry.Normalize,
    *,
    explanation: str,
    mask: Callable[[str], str] = _shown,
    holds_filer_code: bool = False,
    application: str = TRADE,
) -> registry.AccountType:
    return registry.AccountType(
        code=code,
        label=label,
        identifier_label=identifier_label,
        normalize=normalize,
        mask=mask,
        tabs=(registry.Tab("details", "Details"),),
        detail_template="tradeparties/sub_account_details.html",
        detail_context=_details,
        holds_filer_code=holds_filer_code,
        explanation=explanation,
        application=application,
    )


BROKER = _kind(
    *("BROKER", "Broker", "Filer code", numbers.parse_filer_code),
    explanation="A licensed customs broker that files entries for others.",
    holds_filer_code=True,
)
FILER = _kind(
    *("FILER", "Filer", "Filer code", numbers.parse_filer_code),
    explanation="An importer that files its own entries under a filer code of its own.",
    holds_filer_code=True,
)
CARRIERS = (
    _kind(
        *("TRUCK_CARRIER", "Truck Carrier", "SCAC", numbers.parse_scac),
        explanation="Brings goods over the border by road.",
    ),
    _kind(*("RAIL_CARRIER", "Rail Carrier", "SCAC", numbers.parse_scac), explanation="A railroad that brings goods."),
    _kind(
        *("SEA_CARRIER", "Sea Carrier", "SCAC", numbers.parse_scac),
        explanation="A vessel operator, or an NVOCC that sells space on other companies’ vessels.",
    ),
    _kind(
        *("AIR_CARRIER", "Air Carrier", "ICAO or IATA code", numbers.parse_air_carrier_code),
        explanation="An airline that brings goods.",
    ),
)
SURETY = _kind(
    *("SURETY", "Surety", "Surety code", numbers.parse_surety_code),
    explanation="Writes customs bonds. Its agents apply as service providers.",
)
SERVICE_PROVIDER = _kind(
    *("SERVICE_PROVIDER", "Service Provider", "EIN", numbers.parse_ein),
    mask=numbers.mask_ein,
    explanation="A service bureau, software vendor, port authority, preparer of manifests, or surety agent.",
)
FACILITY_OPERATOR = _kind(
    *("FACILITY_OPERATOR", "Facility Operator", "FIRMS code", numbers.parse_firms_code),
    explanation="Runs a bonded warehouse, a container freight station or an examination station.",
)
FTZ_OPERATOR = _kind(
    *("FTZ_OPERATOR", "FTZ Operator", "FIRMS code", numbers.parse_firms_code),
    explanation="Runs a site of a foreign-trade zone.",
)
VESSEL_AGENCY = _kind(
    *("VESSEL_AGENCY", "Vessel Agency", "EIN", numbers.parse_ein),
    mask=numbers.mask_ein,
    explanation="Sees to the entrance and clearance of vessels for their operators.",
)
PROTEST_FILER = _kind(
    *("PROTEST_FILER", "Protest Filer", "EIN", numbers.parse_ein),
    mask=numbers.mask_ein,
    explanation="Files protests against decisions of CBP for others or for itself: law firms, for example.",
    application="tradeparties:apply-protest",
)
#: What one applies for with the application for other trade activities.
APPLIED_FOR = (
    *(BROKER, FILER, *CARRIERS, SURETY, SERVICE_PROVIDER),
    *(FACILITY_OPERATOR, FTZ_OPERATOR, VESSEL_AGENCY),
)
#: What the desk may create.
KINDS = (*APPLIED_FOR, PROTEST_FILER)
#: Account types that were ended for lack of use in July 2022 (facts-applications §0, 87 FR 43278).
ABOLISHED = ("Cartman", "Lighterman")


def register() -> None:
    for kind in KINDS:
        registry.register(kind)
