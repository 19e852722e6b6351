"""The portal's details page with plain Django fields: the same number and kinds, no rules of its own."""

from django import forms
from django_countries import countries

STRUCTURES = ["CORPORATION", "PARTNERSHIP", "LLC", "SOLE_PROPRIETORSHIP", "INDIVIDUAL", "US", "STATE", "FOREIGN"]
COUNTRIES = list(countries)
NUMBERS = [(str(number), str(number)) for number in range(1, 32)]


class ApplicationForm(forms.Form):
    organizational_structure = forms.ChoiceField(choices=[(name, name.title()) for name in STRUCTURES])
    fiscal_year_end_month = forms.TypedChoiceField(choices=NUMBERS[:12], coerce=int, empty_value=None, required=False)
    fiscal_year_end_day = forms.TypedChoiceField(choices=NUMBERS, coerce=int, empty_value=None, required=False)
    duns = forms.CharField(max_length=20, required=False)
    website = forms.URLField(max_length=200, required=False, assume_scheme="https")
    first_name = forms.CharField(max_length=60)
    middle_name = forms.CharField(max_length=60, required=False)
    last_name = forms.CharField(max_length=60)
    country = forms.ChoiceField(choices=COUNTRIES)
    street_address = forms.CharField(max_length=100)
    city = forms.CharField(max_length=60)
    state = forms.CharField(max_length=60, required=False)
    postal_code = forms.CharField(max_length=20, required=False)
    zip_override = forms.BooleanField(required=False)
    phone = forms.CharField(max_length=40)
