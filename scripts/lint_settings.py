"""The portal's settings with the migration linter added, which is no part of an installation."""

from ace_portal.settings import *  # noqa: F403
from ace_portal.settings import BASE_DIR
from ace_portal.settings import INSTALLED_APPS as PORTAL_APPS

INSTALLED_APPS = [*PORTAL_APPS, "django_migration_linter"]
#: The rooms of this repository; what the libraries bring is theirs to answer for.
MIGRATION_LINTER_OPTIONS = {
    "include_apps": [name.rpartition(".")[2] for name in PORTAL_APPS if (BASE_DIR / name.replace(".", "/")).is_dir()],
    # They replace unique indexes over open rows by ones that name a status more, which no row has before them. The
    # second one also widens two columns, which rewrites nothing, and adds a unique one that is null in every row.
    "ignore_name": ["0002_a_second_officer_releases", "0002_the_desk_asks_back"],
}
