"""What the description of the form is made of: pages, their sections, and boxes that come several times."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from form5106.boxes import Box
from form5106.models import Action, FiledAs, Filing


@dataclass(frozen=True)
class Group:
    """Boxes that come several times, up to `slots`. `name` is the record's column, a list of one dict for each."""

    name: str
    label: str
    prefix: str
    slots: int
    boxes: tuple[Box, ...]

    def field_name(self, slot: int, box: Box) -> str:
        return f"{self.prefix}{slot}_{box.name}"

    def field_names(self, slot: int) -> list[str]:
        """The names of the fields of one slot."""
        return [self.field_name(slot, box) for box in self.boxes]

    def last(self, is_there: Callable[[str], object]) -> int:
        """The last slot with a field of which `is_there` is true; 1 if there is none, since one is always asked."""
        slots = (slot for slot in range(self.slots, 0, -1) if any(map(is_there, self.field_names(slot))))
        return next(slots, 1)


@dataclass(frozen=True)
class Section:
    """A part of the form. `asked_for` are the actions it belongs to; `rules` look at several of its boxes at once."""

    code: str
    title: str
    asked_for: frozenset[Action]
    boxes: tuple[Box, ...] = ()
    groups: tuple[Group, ...] = ()
    note: str = ""
    rules: tuple[Callable[..., None], ...] = ()
    only_for: str = ""

    def is_asked(self, filing: Filing) -> bool:
        if self.only_for == "NUMBER" and filing.importer_number:
            return False
        if self.only_for == FiledAs.BROKER and filing.files_as != FiledAs.BROKER:
            return False
        return bool(self.asked_for & filing.action_set)


@dataclass(frozen=True)
class Step:
    """A page."""

    slug: str
    title: str
    sections: tuple[Section, ...]


def every_box(sections: Iterable[Section], slots: dict[str, int] | None = None) -> Iterator[tuple[str, Box]]:
    """Each box of these sections with the name of its form field; of groups all slots, or as many as `slots` says."""
    for section in sections:
        yield from ((box.name, box) for box in section.boxes)
        for group in section.groups:
            for slot in range(1, (group.slots if slots is None else slots[group.name]) + 1):
                yield from ((group.field_name(slot, box), box) for box in group.boxes)
