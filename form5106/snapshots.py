"""A record's facts as plain values: to keep them, to compare them, to put them back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from form5106 import boxes
from form5106.boxes import Kind
from form5106.layout import GROUPS, KEPT, LABELS
from form5106.models import Filing
from form5106.parts import Group, Section
from importers.models import ImporterRecord


@dataclass(frozen=True)
class Difference:
    """One line of a comparison, in words; sealed numbers masked."""

    label: str
    before: str
    after: str


def snapshot(record: ImporterRecord) -> dict[str, Any]:
    """What the form's boxes say on a record."""
    found: dict[str, Any] = {box.name: _plain(box.kind, getattr(record, box.name)) for box in KEPT}
    return found | {group.name: getattr(record, group.name) for group in GROUPS}


def _plain(kind: Kind, value: Any) -> Any:
    if kind == Kind.CHOICES:
        return value.split(",") if value else []
    return value.isoformat() if isinstance(value, date) else value


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two snapshots say the same. A box that one of them does not have yet is an empty one."""
    return all((one.get(name) or None) == (other.get(name) or None) for name in one.keys() | other.keys())


def has_moved(filing: Filing) -> bool:
    """Whether the record says something else than when the filing was begun: by another filing, or by a loaded file."""
    record = filing.record
    return record is not None and (filing.base_version != record.version or not same(filing.base, snapshot(record)))


def put(record: ImporterRecord, content: dict[str, Any]) -> None:
    """Write what a filing says into the record's columns, without saving it."""
    for box in KEPT:
        if box.name in content:
            value = content[box.name]
            setattr(record, box.name, ",".join(value) if box.kind == Kind.CHOICES else value)
    for group in GROUPS:
        if group.name in content:
            setattr(record, group.name, content[group.name])


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Where `after` says something else than `before`, in the form's order; what `after` does not speak of stays."""
    found = [
        Difference(LABELS[box.name], *pair)
        for box in KEPT
        if box.name in after and not boxes.same(box, before.get(box.name), after[box.name])
        for pair in [(boxes.shown(box, before.get(box.name)), boxes.shown(box, after[box.name]))]
    ]
    for group in GROUPS:
        if group.name in after:
            found += _of_group(group, before.get(group.name) or [], after[group.name])
    return found


def _of_group(group: Group, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Difference]:
    found = []
    for place in range(max(len(before), len(after))):
        old, new = (several[place] if place < len(several) else {} for several in (before, after))
        if not all(boxes.same(box, old.get(box.name), new.get(box.name)) for box in group.boxes):
            found.append(Difference(f"{group.label} {place + 1}", in_words(group, old), in_words(group, new)))
    return found


def in_words(group: Group, one: dict[str, Any]) -> str:
    """One officer or related business, box by box."""
    lines = [(box.label, boxes.shown(box, one.get(box.name))) for box in group.boxes]
    return "\n".join(f"{label}: {value}" for label, value in lines if value)


def rows(sections: list[Section], content: dict[str, Any]) -> list[tuple[Section, list[tuple[str, str, str]]]]:
    """What a filing says, section by section: the name of a field to go to, label and value in words."""
    found = []
    for section in sections:
        lines = [
            (box.name, box.heading, boxes.shown(box, content.get(box.name)))
            for box in section.boxes
            if not box.until_needed
        ]
        for group in section.groups:
            several = content.get(group.name) or []
            lines += [
                (group.field_name(place, group.boxes[0]), f"{group.label} {place}", in_words(group, one))
                for place, one in enumerate(several, start=1)
            ] or [(group.field_name(1, group.boxes[0]), group.label, "")]
        found.append((section, lines))
    return found


def as_draft(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a record as the draft of a filing that begins with them."""
    found: dict[str, Any] = {box.name: facts.get(box.name) or box.empty for box in KEPT}
    for group in GROUPS:
        several = facts.get(group.name) or []
        for slot in range(1, group.slots + 1):
            one = several[slot - 1] if slot <= len(several) else {}
            found |= {group.field_name(slot, box): one.get(box.name) or "" for box in group.boxes}
    for name in ("certifier_name", "certifier_title", "broker_name", "broker_phone"):
        found.pop(name)  # whoever files says so anew
    return found
