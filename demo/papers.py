"""The documents that people of the demo hand in, drawn when they are needed."""

from django.core.files.uploadedfile import SimpleUploadedFile

from form5106.printing import document


def paper(name: str, title: str, lines: dict[str, str]) -> SimpleUploadedFile:
    """A PDF as a browser sends it: a title, and below it what it says, label by label."""
    rows = [{"label": label, "value": value} for label, value in lines.items()]
    content = document(title, [{"title": "A made-up document of the demo", "rows": rows}])
    return SimpleUploadedFile(f"{name}.pdf", content, content_type="application/pdf")
