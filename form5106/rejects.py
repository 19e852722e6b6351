"""The reject codes of the electronic form, as CBP's error dictionary prints them (facts-applications §3.3)."""

from django.core.exceptions import ValidationError

from ace_portal.core.errors import DomainError

#: Code and what it means. The dictionary we know is incomplete; MVM and PDM stand for all that has no code of its own.
REJECTS = {
    "PDM": "Pattern unknown",
    "MVM": "Mandatory value missing",
    "R02": "Name cannot be blank",
    "R03": "Invalid importer number",
    "R06": "Invalid action",
    "R11": "Invalid importer type",
    "R13": "Invalid name qualifier",
    "R15": "Mailing address line 1 missing",
    "R19": "Mailing address city missing",
    "R20": "Mailing address state missing",
    "R27": "Mailing address country missing",
    "R35": "Physical address type not allowed (P.O. box)",
    "R37": "Physical address city missing",
    "R38": "Physical address state missing",
}


class Rejected(DomainError):
    """A filing that CBP would reject. The message begins with the reject code."""

    code = "rejected"

    def __init__(self, reject_code: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(f"{reject_code}: {sentence}", field=field)
        self.reject_code = reject_code


def error(code: str, sentence: str) -> ValidationError:
    """An error of a form's field with its reject code in front: "R35: …"."""
    return ValidationError(f"{code}: {sentence}", code)


def coded(code: str, problem: ValidationError) -> ValidationError:
    """What a general check found, with the form's reject code in front of each sentence."""
    return ValidationError([error(code, message) for message in problem.messages])
