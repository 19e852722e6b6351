"""The picture check as a part of a public form."""

from typing import Any

from django import forms
from django.urls import reverse

from verification import pictures

MISSING = "Type the digits shown in the picture."


class PictureInput(forms.MultiWidget):
    """The picture, its spoken form, a hidden token and the box for the digits. Every rendering shows a new picture."""

    template_name = "verification/picture_input.html"
    use_fieldset = False

    def __init__(self) -> None:
        digits = forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "usa-input usa-input--small"}
        )
        super().__init__({"token": forms.HiddenInput(), "": digits})

    def decompress(self, value: Any) -> list[str]:
        return ["", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        token = pictures.new()
        context = super().get_context(name, [token, ""], attrs)
        context["picture_url"] = reverse("verification:picture", args=[token])
        context["sound_url"] = reverse("verification:sound", args=[token])
        return context

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}_1"


class PictureField(forms.MultiValueField):
    """Passes when the digits belong to the picture. The form sets `browser` (see `PictureCheckedMixin`)."""

    widget = PictureInput

    def __init__(self, **kwargs: Any) -> None:
        self.browser = ""
        fields = (forms.CharField(max_length=600), forms.CharField(max_length=20))
        super().__init__(
            fields=fields,
            require_all_fields=False,
            required=True,
            error_messages={"required": MISSING, "incomplete": MISSING},
            **kwargs,
        )

    def compress(self, values: list[str]) -> bool:
        token, typed = values
        pictures.check(token, typed, browser=self.browser)
        return True
