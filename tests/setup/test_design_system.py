"""The few files of the design system that set-up keeps are whole."""

import os
from pathlib import Path

from django.conf import settings

from scripts import design_system

KEPT = Path(settings.DESIGN_SYSTEM_DIR)


def test_every_file_that_the_style_sheet_refers_to_is_there() -> None:
    styles = KEPT / design_system.STYLES
    wanted = {
        os.path.normpath(styles.parent / name) for name in design_system.REFERENCE.findall(styles.read_text("utf-8"))
    }

    assert len(wanted) > 20
    assert [name for name in wanted if not Path(name).is_file()] == []


def test_no_file_refers_to_a_source_map_that_is_not_there() -> None:
    for name in design_system.WANTED:
        assert "sourceMappingURL" not in (KEPT / name).read_text("utf-8")


def test_the_licence_comes_along() -> None:
    assert "License" in (KEPT / "LICENSE.md").read_text("utf-8")


def test_a_new_version_in_the_lock_is_noticed(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text("{}")
    kept = tmp_path / "var" / "design-system"
    kept.mkdir(parents=True)
    assert not design_system.is_current(tmp_path)

    (kept / ".stamp").write_text(design_system._stamp(tmp_path))
    assert design_system.is_current(tmp_path)

    lock.write_text('{"version": "another"}')
    assert not design_system.is_current(tmp_path)
