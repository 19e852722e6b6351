"""The fields that describe a person: names, address, telephone number. Applications and My profile share them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ace_portal.core import addresses, text
from ace_portal.core.forms import PortalForm

FIELDS = (
    *("first_name", "middle_name", "last_name"),
    *("country", "street_address", "city", "state", "postal_code", "zip_override"),
    "phone",
)
#: The parts of an address, and how long each may be.
PLACES = {
    "street_address": addresses.STREET_MAX_LENGTH,
    "city": addresses.CITY_MAX_LENGTH,
    "state": addresses.STATE_MAX_LENGTH,
    "postal_code": addresses.POSTAL_CODE_MAX_LENGTH,
}
ZIP_CODES_TO_INSIST_ON = ("zip_unknown", "zip_state")


def _line(label: str, *, max_length: int, autocomplete: str, size: str = "", **more: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete, **({"class": size} if size else {}), **more.pop("attrs", {})}
    return forms.CharField(label=label, max_length=max_length, widget=forms.TextInput(attrs=attrs), **more)


def fields_of_a_person(names_of: str) -> dict[str, forms.Field]:
    """Fresh fields that describe a person; `names_of` stands before the labels of the names."""
    longest = text.PERSON_NAME_MAX_LENGTH
    return {
        "first_name": _line(f"{names_of}First Name", autocomplete="given-name", max_length=longest),
        "middle_name": _line(
            f"{names_of}Middle Name", autocomplete="additional-name", required=False, max_length=longest
        ),
        "last_name": _line(f"{names_of}Last Name", autocomplete="family-name", max_length=longest),
        "country": forms.ChoiceField(
            label="Country",
            choices=[("", "Select an Option"), *addresses.country_choices()],
            widget=forms.Select(attrs={"autocomplete": "country"}),
        ),
        "street_address": _line("Street Address", max_length=100, autocomplete="street-address"),
        "city": _line("City", max_length=60, autocomplete="address-level2"),
        "state": _line(
            "State",
            max_length=60,
            autocomplete="address-level1",
            size="usa-input--medium",
            required=False,
            help_text="Name or code. Required in the United States and wherever addresses have states or provinces.",
        ),
        "postal_code": _line(
            "Zip Code",
            max_length=20,
            autocomplete="postal-code",
            size="usa-input--small",
            required=False,
            help_text="Required wherever the country has postal codes.",
        ),
        "zip_override": forms.BooleanField(label="I am sure that this ZIP code is right", required=False),
        "phone": _line(
            "Telephone Number",
            max_length=40,
            autocomplete="tel",
            size="usa-input--medium",
            attrs={"type": "tel"},
            help_text="As dialed in that country, or with + and the country code. An extension may follow: x123.",
        ),
    }


class PersonForm(PortalForm):
    """Adds the fields of a person, each named `part` + its name, and cleans them together.

    `part` keeps two persons in one form apart; `names_of` stands before the labels of the names.
    """

    part = ""
    names_of = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in fields_of_a_person(self.names_of).items():
            self.add_field(self.part + name, field)
        #: ACE offers to insist on a ZIP code it does not know; the box appears once there is something to insist on.
        insisted = self.part + "zip_override"
        self.offers_zip_override = bool(self.data.get(insisted) or self.initial.get(insisted))

    def person_part(self) -> list[forms.BoundField]:
        """The person's fields, for the template; the box to insist only when it is offered."""
        left_out = () if self.offers_zip_override else ("zip_override",)
        return [self[self.part + name] for name in FIELDS if name not in left_out]

    def person_facts(self) -> dict[str, str]:
        """The cleaned answers, by the names of the fields of User."""
        return {name: self.cleaned_data[self.part + name] for name in FIELDS if name != "zip_override"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("first_name", "middle_name", "last_name"):
            self._refine(self.part + name, text.clean_person_name)
        for name, longest in PLACES.items():
            self._refine(self.part + name, partial(text.clean_line, max_length=longest, refuse=text.MARKUP))
        country = data.get(self.part + "country") or "US"
        self._refine(self.part + "phone", lambda typed: addresses.clean_phone(typed, country))
        self._clean_address(data)
        return data

    def _refine(self, field: str, cleaner: Callable[[str], str]) -> None:
        if typed := self.cleaned_data.get(field):
            try:
                self.cleaned_data[field] = cleaner(typed)
            except ValidationError as error:
                self.add_error(field, error)

    def _clean_address(self, data: dict[str, Any]) -> None:
        """Look at the address as a whole; a field that has been refused already is not commented on again."""
        typed = {name: data.get(self.part + name) or "" for name in (*PLACES, "country", "zip_override")}
        try:
            address = addresses.clean_address(
                country=typed["country"],
                street=typed["street_address"],
                city=typed["city"],
                state=typed["state"],
                postal_code=typed["postal_code"],
                zip_override=bool(typed["zip_override"]),
            )
        except ValidationError as error:
            for field, problems in error.error_dict.items():
                name = self.part + ("street_address" if field == "street" else field)
                if name not in self.errors:
                    self.add_error(name, problems)
                    self.offers_zip_override |= any(problem.code in ZIP_CODES_TO_INSIST_ON for problem in problems)
            return
        clean = {
            "street_address": address.street,
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
        }
        data.update({self.part + name: value for name, value in clean.items() if self.part + name in data})
