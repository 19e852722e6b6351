"""Printed copies as PDF: a filing, and the answers of a customs query."""

import io
import unicodedata
from functools import cache
from typing import Any

import reportlab
from django.utils import timezone
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ace_portal.core import clock

#: The fonts come with the library, so that a copy looks the same on every machine.
REGULAR, BOLD = "Vera", "VeraBd"
NOTE = "Printed by the ACE Portal simulator. This is no document of U.S. Customs and Border Protection."


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, f"{reportlab.__path__[0]}/fonts/{name}.ttf")
    pdfmetrics.registerFont(font)
    return font


def _printable(text: str) -> str:
    """The text with what the font has no letter for taken apart (Ł becomes L) or replaced, and markup made harmless."""
    letters = _font(REGULAR).face.charToGlyph
    shown = []
    for char in text:
        if ord(char) in letters or char == "\n":
            shown.append(char)
            continue
        plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        shown.append(plain or {"Ł": "L", "ł": "l", "•": "*"}.get(char, "?"))
    safe = "".join(shown).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace("\n", "<br/>")


def document(title: str, parts: list[dict[str, Any]]) -> bytes:
    """A PDF with a title and, for each part, its title and a table of labels and values."""
    _font(REGULAR), _font(BOLD)
    body = ParagraphStyle("body", fontName=REGULAR, fontSize=9, leading=12, alignment=TA_LEFT)
    label = ParagraphStyle("label", parent=body, textColor=colors.HexColor("#3d4551"))
    heading = ParagraphStyle("heading", parent=body, fontName=BOLD, fontSize=11, leading=15, spaceBefore=10)
    top = ParagraphStyle("top", parent=heading, fontSize=15, leading=20, spaceAfter=4)
    printed = timezone.localtime(clock.now()).strftime("%B %-d, %Y, %-I:%M %p %Z")
    story: list[Any] = [
        Paragraph(_printable(title), top),
        Paragraph(_printable(f"{NOTE} {printed}."), label),
    ]
    for part in parts:
        story.append(Paragraph(_printable(part["title"]), heading))
        rows = [
            [Paragraph(_printable(row["label"]), label), Paragraph(_printable(str(row["value"] or "–")), body)]
            for row in part["rows"]
        ]
        if rows:
            story.append(_table(rows))
    story.append(Spacer(1, 6))
    output = io.BytesIO()
    paper = SimpleDocTemplate(
        output, pagesize=letter, title=title, author="ACE Portal simulator", margin=0.75 * inch, invariant=1
    )
    paper.build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return output.getvalue()


def _table(rows: list[list[Paragraph]]) -> Table:
    table = Table(rows, colWidths=[2.4 * inch, 4.1 * inch])
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#c9c9c9")), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table.setStyle(TableStyle(lines))
    return table


def _page_number(canvas: Any, paper: Any) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.drawRightString(letter[0] - 0.75 * inch, 0.5 * inch, f"Page {paper.page}")
