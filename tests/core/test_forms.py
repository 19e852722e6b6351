"""Forms as a browser and a screen reader get them: ids, references, summary, and nothing typed lost."""

import calendar
from typing import Any

import pytest
from django import forms
from django.utils.html import format_html

from ace_portal.core.forms import ErrorRow, MonthDayField, PortalForm, PortalFormMixin
from tests.core.sample import Everything, Page, everything, words

RIGHT_TO_LEFT_MARK = "\u200f"


class Name(PortalForm):
    name = forms.CharField(label="Name", required=False)


# --- What is drawn ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "tag", "css"),
    [
        ("company", "input", "usa-input"),
        ("email", "input", "usa-input"),
        ("structure", "select", "usa-select"),
        ("role", "input", "usa-radio__input"),
        ("topics", "input", "usa-checkbox__input"),
        ("year_end_0", "select", "usa-select"),
        ("year_end_1", "select", "usa-select"),
        ("employees", "input", "usa-input"),
        ("note", "textarea", "usa-textarea"),
        ("password", "input", "usa-input"),
        ("paper", "input", "usa-file-input"),
        ("agreed", "input", "usa-checkbox__input"),
    ],
)
def test_each_widget_has_its_class_and_a_label_of_its_own(name: str, tag: str, css: str) -> None:
    page = Page(str(Everything()))
    controls = page.all(tag, css, name=name)
    assert controls
    for control in controls:
        assert page.one("label", **{"for": control.attrs["id"]}).text.strip()


def test_an_untouched_form_shows_no_error_and_no_summary() -> None:
    html = str(Everything())
    assert "error" not in html
    assert "aria-invalid" not in html


def test_attributes_set_on_the_widget_are_kept() -> None:
    company = Page(str(Everything())).one(name="company")
    assert company.classes == ["usa-input", "usa-input--xl"]
    assert company.attrs["autocomplete"] == "organization"
    assert Page(str(Everything())).one(name="password").attrs["autocomplete"] == "new-password"


def test_a_required_field_is_marked_in_words_and_an_optional_one_is_not() -> None:
    class Mixed(PortalForm):
        first = forms.CharField()
        middle = forms.CharField(required=False)

    page = Page(str(Mixed()))
    assert [mark.attrs["title"] for mark in page.all("abbr")] == ["required"]
    assert "required" in page.one(name="first").attrs
    assert "required" not in page.one(name="middle").attrs


def test_groups_have_a_legend_and_the_hint_belongs_to_the_group() -> None:
    page = Page(str(Everything()))
    fieldsets = {words(legend.text).rstrip(" *"): legend.parents[-1] for legend in page.all("legend")}
    assert list(fieldsets) == ["Who are you?", "Topics", "Fiscal Year End"]
    assert fieldsets["Who are you?"].attrs["aria-describedby"] == "id_role_helptext"
    assert [label.text for label in page.all("label", "usa-radio__label")] == ["Importer <i>", "Broker"]
    assert words(page.one("p", "ace-options__group").text) == "Others"


def test_hint_then_error_describe_the_control() -> None:
    page = Page(str(everything(company="")))
    company = page.one(name="company")
    assert company.attrs["aria-describedby"] == "id_company_helptext id_company_error"
    assert company.attrs["aria-invalid"] == "true"
    assert "usa-input--error" in company.classes
    assert page.one(id="id_company_helptext").text == "As on Form 5106 <b>"
    assert words(page.one(id="id_company_error").text) == "Error: Company Name is required."


def test_a_description_named_by_the_widget_comes_first() -> None:
    class Described(PortalForm):
        code = forms.CharField(help_text="6 digits", widget=forms.TextInput(attrs={"aria-describedby": "countdown"}))

    assert (
        Page(str(Described({}))).one(name="code").attrs["aria-describedby"]
        == "countdown id_code_helptext id_code_error"
    )


def test_every_reference_of_a_wholly_wrong_form_leads_somewhere() -> None:
    page = Page(str(Everything({})))
    ids = [element.attrs["id"] for element in page.elements if "id" in element.attrs]
    assert len(ids) == len(set(ids))
    references = [name for element in page.elements for name in element.attrs.get("aria-describedby", "").split()]
    assert len(references) >= 11
    assert set(references) <= set(ids)


def test_one_radio_button_is_never_invalid_its_group_has_the_error() -> None:
    page = Page(str(everything(role="zzz")))
    assert all("aria-invalid" not in radio.attrs for radio in page.all("input", type="radio"))
    fieldset = next(f for f in page.all("fieldset") if "id_role_error" in f.attrs.get("aria-describedby", ""))
    assert "usa-form-group--error" in fieldset.parents[-1].classes


# --- The summary ------------------------------------------------------------------------------------------------
def test_the_summary_lists_every_error_and_links_to_its_control() -> None:
    form = Everything({"step": "1"})
    page = Page(str(form))
    summary = page.one(data_error_summary="")
    assert summary.attrs["tabindex"] == "-1"
    assert "autofocus" in summary.attrs
    assert words(page.one(id=summary.attrs["aria-labelledby"]).text) == "There are 11 problems"
    targets = [link.attrs["href"] for link in page.all("a")]
    assert targets == [
        "#id_company", "#id_email", "#id_structure", "#id_role_0", "#id_topics_0", "#id_year_end_0",
        "#id_employees", "#id_note", "#id_password", "#id_paper", "#id_agreed",
    ]  # fmt: skip
    focusable = {e.attrs["id"] for e in page.all() if e.tag in ("input", "select", "textarea") and "id" in e.attrs}
    assert {target[1:] for target in targets} <= focusable
    assert page.elements.index(summary) < page.elements.index(page.one(name="company"))


def test_one_error_is_one_problem() -> None:
    page = Page(str(everything(company="")))
    assert words(page.one("h2").text) == "There is a problem"


def test_errors_of_the_whole_form_come_first_and_hidden_fields_are_not_silent() -> None:
    form = everything(step="", company="")
    form.add_error(None, "The number and the name do not match.")
    assert [row.text for row in form.error_rows()] == [
        "The number and the name do not match.",
        "Company Name is required.",
        "Step is required.",
    ]
    page = Page(str(form))
    assert [words(item.text) for item in page.all("li")] == [row.text for row in form.error_rows()]
    assert [link.attrs["href"] for link in page.all("a")] == ["#id_company"]


def test_a_valid_form_has_no_error_rows() -> None:
    form = everything()
    assert form.is_valid(), form.errors
    assert form.error_rows() == []


@pytest.mark.parametrize(
    ("label", "message", "text"),
    [
        ("Company Name", "Company name is too short.", "Company name is too short."),
        ("DUNS", "Nine digits are needed.", "DUNS: Nine digits are needed."),
        ("Who are you?", "Choose one.", "Who are you? Choose one."),
        ("", "The form is out of date.", "The form is out of date."),
    ],
)
def test_the_summary_names_the_field_once(label: str, message: str, text: str) -> None:
    assert ErrorRow("id_x", label, message).text == text


def test_two_forms_on_a_page_share_no_id() -> None:
    first, second = Everything({}, prefix="a"), Everything({}, prefix="b")
    ids = [e.attrs["id"] for e in Page(f"{first}{second}").elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))


def test_without_ids_the_summary_still_tells() -> None:
    page = Page(str(Name({"name": "\x07"}, auto_id=False)))
    assert page.all("a") == []
    assert words(page.one("li").text).startswith("Name contains an invisible character")


# --- What was typed ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "\"' onfocus=alert(1) x='",
        "  spaces  ",
        f"ab{RIGHT_TO_LEFT_MARK}c",
        "ü😀",
        "x" * 900,
    ],
)
def test_what_was_typed_stays_as_it_was(typed: str) -> None:
    page = Page(str(everything(company=typed, employees="no number")))
    assert page.one(name="company").attrs["value"] == typed
    assert page.one(name="employees").attrs["value"] == "no number"
    assert page.all("script") == []


def test_choices_dates_and_long_texts_stay_and_secrets_do_not() -> None:
    html = str(everything(company="", note="<b>\nLine 2"))
    page = Page(html)
    assert page.one("textarea", name="note").text.lstrip("\r\n") == "<b>\nLine 2"
    chosen = [element.attrs["value"] for element in page.all("option") if "selected" in element.attrs]
    assert chosen == ["C", "12", "31"]
    assert [e.attrs["value"] for e in page.all("input") if "checked" in e.attrs if "value" in e.attrs] == ["b", "r"]
    assert "checked" in page.one(name="agreed").attrs
    assert "a secret" not in html


def test_texts_are_escaped_unless_they_were_made_safe() -> None:
    class Linked(PortalForm):
        name = forms.CharField(label="Name <i>", help_text=format_html('<a href="{}">Why?</a>', "/references/"))

    form = Linked({})
    form.add_error("name", "<script>alert(1)</script>")
    page = Page(str(form))
    assert page.all("script") == page.all("i") == []
    assert page.one("a", href="/references/").text == "Why?"


def test_the_browser_is_never_told_to_cut_pasted_text() -> None:
    assert not [e for e in Page(str(Everything())).elements if "maxlength" in e.attrs]


# --- Bad input --------------------------------------------------------------------------------------------------
def test_too_long_is_said_with_both_numbers() -> None:
    form = everything(company="x" * 36)
    assert form.errors["company"] == ["Company Name must be 35 characters or fewer (it has 36)."]


@pytest.mark.parametrize(
    ("widget", "limit"), [(forms.TextInput, 255), (forms.PasswordInput, 255), (forms.Textarea, 4000)]
)
def test_a_text_field_without_a_limit_gets_one(widget: type[forms.Widget], limit: int) -> None:
    class Unlimited(PortalForm):
        text = forms.CharField(widget=widget)

    assert Unlimited({"text": "x" * limit}).is_valid()
    assert list(Unlimited({"text": "x" * (limit + 1)}).errors) == ["text"]


@pytest.mark.parametrize(
    ("character", "name"),
    [
        (RIGHT_TO_LEFT_MARK, "right-to-left mark"),
        ("\u202e", "right-to-left override"),
        ("\u200b", "zero width space"),
        ("\ufeff", "zero width no-break space"),
        ("\x07", "u+0007"),
        ("\ud800", "u+d800"),
        ("\ue000", "u+e000"),
        ("\u2028", "line separator"),
    ],
)
def test_what_nobody_can_see_is_refused_by_name_and_place(character: str, name: str) -> None:
    form = Name({"name": f"ab{character}c"})
    assert form.errors["name"] == [
        f"Name contains an invisible character ({name}, character 3). "
        "Delete it, or type the text again instead of pasting it."
    ]


def test_nul_is_refused_once_with_the_field_named() -> None:
    assert Name({"name": "a\x00b"}).errors["name"] == ["Name contains a NUL character. Type the text again."]


@pytest.mark.parametrize(
    ("field", "text"), [("note", "a\r\n\tb"), ("company", "Ünïcode 株式会社"), ("password", "a\u200bb")]
)
def test_ordinary_text_lines_and_any_password_pass(field: str, text: str) -> None:
    form = everything(**{field: text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data[field] == text


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"email": "jo@"}, "email", "Business Email must look like name@example.com."),
        ({"structure": "<b>" * 99}, "structure", "Structure must be one of the options offered."),
        ({"role": ""}, "role", "This answer is required."),
        ({"role": "x"}, "role", "This answer must be one of the options offered."),
        ({"topics": ["x"]}, "topics", "Topics must be one of the options offered."),
        ({"agreed": ""}, "agreed", "Check this box to go on."),
        ({"employees": "9" * 5000}, "employees", "Enter a whole number."),
    ],
)
def test_messages_say_what_to_do_and_never_repeat_what_was_sent(
    changes: dict[str, Any], field: str, message: str
) -> None:
    form = everything(**changes)
    assert dict(form.errors) == {field: [message]}


def test_a_field_keeps_the_messages_written_for_it_and_labels_may_hold_percent_signs() -> None:
    class Own(PortalForm):
        code = forms.CharField(label="Code", error_messages={"required": "Type the six digits."})
        share = forms.CharField(label="100 %s share", max_length=3, min_length=2)

    assert dict(Own({"share": "1234"}).errors) == {
        "code": ["Type the six digits."],
        "share": ["100 %s share must be 3 characters or fewer (it has 4)."],
    }
    assert Own({"code": "1", "share": "1"}).errors["share"] == ["100 %s share must be 2 characters or more (it has 1)."]
    assert Own({"code": "1"}).errors["share"] == ["100 %s share is required."]


def test_one_form_does_not_change_the_next() -> None:
    for _ in range(2):
        assert len(Name({"name": "x" * 256}).errors["name"]) == 1


def test_the_mixin_serves_other_form_classes_and_django_s_own_look_stays_for_the_admin() -> None:
    class Plain(forms.Form):
        role = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)

    class Dressed(PortalFormMixin, Plain):
        pass

    assert Page(str(Dressed())).one("input", "usa-radio__input")
    assert "usa-radio" not in str(Plain()["role"])


# --- Month and day ----------------------------------------------------------------------------------------------
class Year(PortalForm):
    end = MonthDayField(label="Year end", required=False)


OFFERED = {"1", "2", "4", "31"}


def test_exactly_the_days_of_a_leap_year_are_taken() -> None:
    for month in range(1, 13):
        for day in range(1, 32):
            form = Year({"end_0": str(month), "end_1": str(day)})
            exists = day <= calendar.monthrange(2028, month)[1]
            assert form.is_valid() is exists, (month, day)
            if exists:
                assert form.cleaned_data["end"] == (month, day)


@pytest.mark.parametrize(
    ("month", "day", "message"),
    [
        ("2", "31", "February has no day 31. Choose a day from 1 to 29."),
        ("4", "", "Choose a day."),
        ("", "4", "Choose a month."),
        ("13", "1", "Choose a month from the list."),
        ("1", "x\x00", "Choose a day from the list."),
    ],
)
def test_half_or_impossible_dates_are_refused_and_shown_again(month: str, day: str, message: str) -> None:
    form = Year({"end_0": month, "end_1": day})
    assert form.errors["end"] == [message]
    page = Page(str(form))
    assert all(select.attrs["aria-invalid"] == "true" for select in page.all("select"))
    shown = [option.attrs["value"] for option in page.all("option") if "selected" in option.attrs]
    assert [value for value in shown if value] == [value for value in (month, day) if value in OFFERED]


def test_an_empty_date_is_none_or_missing() -> None:
    form = Year({})
    assert form.is_valid()
    assert form.cleaned_data["end"] is None
    assert everything(year_end_0="", year_end_1="").errors["year_end"] == ["Fiscal Year End is required."]


@pytest.mark.parametrize("initial", [(9, 30), [9, 30]])
def test_a_kept_date_is_shown(initial: Any) -> None:
    page = Page(str(Year(initial={"end": initial})))
    assert [words(option.text) for option in page.all("option") if "selected" in option.attrs] == ["September", "30"]
    assert [label.text for label in page.all("label")] == ["Month", "Day"]
