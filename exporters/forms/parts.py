"""Parts that the exporters' forms have in common: addresses, contacts, numbers, dates, and how typing is kept."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.person_form import PLACES, ZIP_CODES_TO_INSIST_ON
from ace_portal.core import addresses, numbers, text
from ace_portal.core.forms import PortalForm
from exporters.models.sub_account import ADDRESS_FIELDS

#: State codes of the Postal Service that are no state and no territory: the armed forces, associated countries.
NO_STATES = frozenset(("AA", "AE", "AP", "FM", "MH", "PW"))

_NAICS = re.compile(r"\d{6}", re.ASCII)
#: The economic sectors every NAICS code begins with.
NAICS_SECTORS = frozenset(
    f"{number}"
    for number in (11, 21, 22, 23, 31, 32, 33, 42, 44, 45, 48, 49, 51, 52, 53, 54, 55, 56, 61, 62, 71, 72, 81, 92)
)
_PO_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\b|\bpost office box\b", re.IGNORECASE)
TYPED_LENGTH = 500


def line(label: str, *, max_length: int, autocomplete: str = "off", size: str = "", **more: Any) -> forms.CharField:
    """A text field of one line. `size` is a width of the design system."""
    attrs = {"autocomplete": autocomplete, **({"class": size} if size else {}), **more.pop("attrs", {})}
    return forms.CharField(label=label, max_length=max_length, widget=forms.TextInput(attrs=attrs), **more)


def ein_field() -> forms.CharField:
    return line(
        "Employer Identification Number (EIN)",
        max_length=numbers.TYPED_MAX_LENGTH,
        size="usa-input--medium",
        help_text=numbers.EIN_HINT,
        attrs={"spellcheck": "false"},
    )


def duns_field() -> forms.CharField:
    return line("DUNS", max_length=20, size="usa-input--medium", required=False, help_text=numbers.DUNS_HINT)


def phone_field(label: str, *, required: bool = True, autocomplete: str = "off") -> forms.CharField:
    return line(
        label,
        max_length=40,
        autocomplete=autocomplete,
        size="usa-input--medium",
        required=required,
        attrs={"type": "tel"},
        help_text="" if "Fax" in label else "With the area code. An extension may follow: x123.",
    )


def email_field(
    label: str, *, help_text: str = "", required: bool = True, autocomplete: str = "off"
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=text.EMAIL_MAX_LENGTH,
        help_text=help_text,
        required=required,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete}),
    )


def clean_exporter_name(typed: str, *, what: str) -> str:
    """A company's name, tidied. Raises ValidationError; `what` is what is asked for, such as "Company Name"."""
    try:
        return text.clean_company_name(typed)
    except ValidationError as error:
        if error.code == "required":
            raise ValidationError(
                f"{what} needs letters or digits. Write it as on the IRS letter.", "required"
            ) from error
        raise


def parse_naics(typed: str) -> str:
    """A NAICS code: six digits that begin with a sector; "" for blank text. Raises ValidationError (code naics)."""
    digits = typed.replace(" ", "")
    if digits and not (_NAICS.fullmatch(digits) and digits[:2] in NAICS_SECTORS):
        raise ValidationError(
            "This is not a NAICS code: six digits, of which the first two name the sector, such as 423830 for "
            "wholesalers of machinery. Correct it, or leave the field blank.",
            "naics",
        )
    return digits


def address_fields(part: str = "", *, required: bool = True, at_home: bool = False) -> dict[str, forms.Field]:
    """The fields of an address, each named `part` + one of ADDRESS_FIELDS, and the box to insist on a ZIP code.

    `at_home`: it lies in the United States, where every address has a state and a ZIP code.
    """
    of = {"mailing_": "Mailing ", "physical_": "Physical "}.get(part, "")
    fields: dict[str, forms.Field] = {
        "country": forms.ChoiceField(
            label=f"{of}Country",
            choices=[("", "Select an Option"), *addresses.country_choices()],
            required=required,
            widget=forms.Select(attrs={"autocomplete": "off"}),
        ),
        "street_address": line(f"{of}Street Address", max_length=100, required=required),
        "city": line(f"{of}City", max_length=60, required=required),
        "state": line(
            f"{of}State", max_length=60, size="usa-input--medium", required=at_home, help_text="Name or code: MD."
        ),
        "postal_code": line(f"{of}ZIP Code", max_length=20, size="usa-input--small", required=at_home),
        "zip_override": forms.BooleanField(label=f"I am sure that this {of.lower()}ZIP code is right", required=False),
    }
    return {part + name: field for name, field in fields.items()}


class RefiningForm(PortalForm):
    """A form whose fields are tidied one by one after Django has looked at them.

    What `more_fields` returns joins the declared fields; `field_order` puts them into reading order.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Before Django copies them, so that the portal's own messages and limits reach these fields, too.
        vars(self)["base_fields"] = {**self.base_fields, **self.more_fields()}
        self._insisting: set[str] = set()
        super().__init__(*args, **kwargs)

    def more_fields(self) -> dict[str, forms.Field]:
        """Fields that are made in groups."""
        return {}

    def refine(self, field: str, cleaner: Callable[[str], Any]) -> None:
        """Put what the cleaner makes of a field's text into cleaned_data, or its error beside the field."""
        if typed := self.cleaned_data.get(field):
            try:
                self.cleaned_data[field] = cleaner(typed)
            except ValidationError as error:
                self.add_error(field, error)

    def refine_address(self, part: str, *, home_only: bool) -> None:
        """Clean an address; with `home_only` it must lie in the United States or a territory.

        A field that has been refused already is not commented on again.
        """
        for name, longest in PLACES.items():
            self.refine(part + name, partial(text.clean_line, max_length=longest, refuse=text.MARKUP))
        typed = {name: str(self.cleaned_data.get(part + name) or "") for name in ADDRESS_FIELDS}
        if home_only and not self._at_home(part, typed):
            return
        try:
            address = addresses.clean_address(
                country=typed["country"],
                street=typed["street_address"],
                city=typed["city"],
                state=typed["state"],
                postal_code=typed["postal_code"],
                zip_override=bool(self.cleaned_data.get(f"{part}zip_override")),
            )
        except ValidationError as error:
            self._note_address_errors(part, error)
            return
        if home_only and address.state in NO_STATES:
            self.add_error(
                f"{part}state", ValidationError(abroad(dict(addresses.state_choices("US"))[address.state]), "foreign")
            )
        found = (address.country, address.street, address.city, address.state, address.postal_code)
        for name, value in zip(ADDRESS_FIELDS, found, strict=True):
            if part + name in self.cleaned_data:
                self.cleaned_data[part + name] = value

    def _at_home(self, part: str, typed: dict[str, str]) -> bool:
        """Whether the country will do. A territory chosen as a country becomes a state of the United States."""
        if typed["country"] in addresses.US_TERRITORIES:
            if not typed["state"]:
                self.errors.pop(f"{part}state", None)
                typed["state"] = self.cleaned_data[f"{part}state"] = typed["country"]
            typed["country"] = "US"
        # A country that is missing is asked for by itself; the rest of the address is looked at as one here.
        typed["country"] = typed["country"] or "US"
        if typed["country"] == "US":
            return True
        # Whatever else is wrong with an address abroad does not matter here.
        for name in PLACES:
            self.errors.pop(part + name, None)
        self.add_error(
            f"{part}country", ValidationError(abroad(dict(addresses.country_choices())[typed["country"]]), "foreign")
        )
        return False

    def _note_address_errors(self, part: str, error: ValidationError) -> None:
        for name, problems in error.error_dict.items():
            field = part + ("street_address" if name == "street" else name)
            if field not in self.errors:
                self.add_error(field, problems)
                if any(problem.code in ZIP_CODES_TO_INSIST_ON for problem in problems):
                    self._insisting.add(part)

    def address_part(self, part: str = "") -> list[forms.BoundField]:
        """The fields of an address, for the template; the box to insist on a ZIP code only where there is reason to."""
        insisted = f"{part}zip_override"
        offered = part in self._insisting or self.data.get(insisted) or self.initial.get(insisted)
        names = (*ADDRESS_FIELDS, "zip_override") if offered else ADDRESS_FIELDS
        return [self[part + name] for name in names]

    def typed(self) -> dict[str, str]:
        """What was sent, field by field, cut to a length nobody needs to exceed: the draft to be kept."""
        parts = [
            name + suffix
            for name, field in self.fields.items()
            for suffix in getattr(field.widget, "widgets_names", [""])
        ]
        return {part: str(self.data[part]).replace("\x00", "")[:TYPED_LENGTH] for part in parts if part in self.data}


def abroad(place: str) -> str:
    """What an exporter is told whose address is neither in a state nor in a territory. `place` is where it is."""
    return (
        "An exporter account is for companies in a U.S. state, the District of Columbia, Puerto Rico, Guam, the U.S. "
        f"Virgin Islands, American Samoa or the Northern Mariana Islands. This address lies elsewhere ({place}). See "
        "“Companies abroad” on this page for what you can do instead."
    )


def refuse_po_box(street: str) -> str:
    """The street of a place where somebody works. Raises ValidationError (code po_box) for a P.O. box."""
    if _PO_BOX.search(street):
        raise ValidationError(
            "A physical address cannot be a P.O. box. Enter the street where the company works.", "po_box"
        )
    return street
