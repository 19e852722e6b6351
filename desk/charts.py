"""Charts that the server draws: rectangles for a template to put into an SVG. No script, no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LINE = 640, 160, 22
#: Room for the labels beside horizontal bars, and for what they stand for behind them.
LABELS, VALUES = 200, 130
#: Room above the columns for the highest value. A column or bar of nothing is drawn as a line of this width.
TOP, THIN = 26, 2


@dataclass(frozen=True)
class Bar:
    """A rectangle; `series` names its class in the style sheet, `title` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    series: str
    title: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bars: list[Bar]
    labels: list[Label]


def columns(values: Sequence[tuple[str, int, int]], names: tuple[str, str]) -> Chart:
    """Two columns side by side for each (label, first, second); the first and the last label are written below,
    the highest value at the top."""
    highest = max([1, *(max(first, second) for _, first, second in values)])
    step = WIDTH / max(1, len(values))
    base = TOP + HEIGHT
    bars = [Bar(0, base, WIDTH, 1, "axis", "")] if values else []
    for place, (label, *pair) in enumerate(values):
        for number, (series, name, value) in enumerate(zip("ab", names, pair, strict=True)):
            height = round(HEIGHT * value / highest, 1)
            x = round(place * step + step * (0.1 + 0.4 * number), 1)
            bars.append(Bar(x, base - height, round(step * 0.4, 1), height, series, f"{label}: {value} {name}"))
    labels = [Label(0, base + LINE, values[0][0]), Label(WIDTH, base + LINE, values[-1][0])] if values else []
    labels += [Label(0, LINE - 4, f"{highest}")] if bars else []
    return Chart(WIDTH, base + LINE + 8, bars, labels)


@dataclass(frozen=True)
class Row:
    """Two bars under one another; each is a value and how people write it."""

    label: str
    first: tuple[float, str]
    second: tuple[float, str]


def rows(values: Sequence[Row]) -> Chart:
    """The bars of each row, its label on the left, what they stand for behind them."""
    longest = max([1.0, *(max(row.first[0], row.second[0]) for row in values)])
    bars, labels = [], []
    for place, row in enumerate(values):
        top = place * 2 * LINE
        labels.append(Label(0, top + LINE, row.label))
        for number, (series, (value, words)) in enumerate(zip("ab", (row.first, row.second), strict=True)):
            width = max(THIN, round((WIDTH - LABELS - VALUES) * value / longest, 1))
            y = top + 4 + number * (LINE - 6)
            bars.append(Bar(LABELS, y, width, LINE - 8, series, f"{row.label}: {words}"))
            labels.append(Label(LABELS + width + 6, y + LINE - 11, words))
    return Chart(WIDTH, max(1, len(values)) * 2 * LINE, bars, labels)
