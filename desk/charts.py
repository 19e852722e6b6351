"""Charts that the server draws: rectangles for a template to put into an SVG. No script, no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LINE = 640, 160, 22
#: Room for the labels beside horizontal bars.
LABELS = 200


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
    bars = []
    for place, (label, *pair) in enumerate(values):
        for number, (series, name, value) in enumerate(zip("ab", names, pair, strict=True)):
            height = round(HEIGHT * value / highest, 1)
            x = round(place * step + step * (0.1 + 0.4 * number), 1)
            bars.append(Bar(x, HEIGHT - height, round(step * 0.4, 1), height, series, f"{label}: {value} {name}"))
    ends = [Label(0, HEIGHT + 16, values[0][0]), Label(WIDTH, HEIGHT + 16, values[-1][0])] if values else []
    ends += [Label(0, 12, f"{highest}")] if bars else []
    return Chart(WIDTH, HEIGHT + LINE, bars, ends)


def rows(values: Sequence[tuple[str, float, float, str]], names: tuple[str, str]) -> Chart:
    """Two bars under one another for each (label, first, second, words), the label on the left."""
    longest = max([1.0, *(max(first, second) for _, first, second, _ in values)])
    bars, labels = [], []
    for place, (label, first, second, words) in enumerate(values):
        top = place * 2 * LINE
        labels.append(Label(0, top + LINE, label))
        for number, (series, value) in enumerate(zip("ab", (first, second), strict=True)):
            width = round((WIDTH - LABELS) * value / longest, 1)
            y = top + 4 + number * (LINE - 6)
            bars.append(Bar(LABELS, y, width, LINE - 8, series, f"{label}: {names[number]}; {words}"))
    return Chart(WIDTH, max(1, len(values)) * 2 * LINE, bars, labels)
