"""Photograph every lesson and exercise, light on a screen and dark on a phone: `make screenshots`.

The pictures and index.html, which shows all of them on one sheet, are written to var/screenshots.
"""

import shutil
from html import escape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lessons.reading import read_course
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.find_browser import find_browser
from tests.site import running_site

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "var" / "screenshots"
WINDOWS = ((1280, "light"), (360, "dark"))
SCREEN = 900
PAUSE = 700


def main() -> None:
    course = read_course(ROOT / "lessons" / "content")
    paths = ["/", "/learn/", "/play/", "/glossary/"]
    paths += [f"/lessons/{lesson.slug}/" for lesson in course.lessons]
    paths += [f"/exercises/{exercise.id}/" for exercise in course.exercises]
    shutil.rmtree(SHEET, ignore_errors=True)
    SHEET.mkdir(parents=True)
    with running_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        for width, theme in WINDOWS:
            context = browser.new_context(viewport={"width": width, "height": SCREEN}, color_scheme=theme)
            page = context.new_page()
            for path in paths:
                page.goto(site.url + path)
                _photograph(page, SHEET / f"{_name(path)}-{theme}.png")
        browser.close()
    (SHEET / "index.html").write_text(_sheet(paths), encoding="utf-8")
    print(f"{2 * len(paths)} pictures: {SHEET / 'index.html'}")


def _photograph(page: Page, file: Path) -> None:
    """Scroll through the page, so that every figure wakes, and take all of it."""
    height: int = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, SCREEN):
        page.evaluate("(top) => window.scrollTo(0, top)", top)
        page.wait_for_timeout(60)
    page.evaluate("() => window.scrollTo(0, 0)")
    page.wait_for_timeout(PAUSE)
    page.screenshot(path=file, full_page=True)


def _name(path: str) -> str:
    return path.strip("/").replace("/", "-") or "home"


def _sheet(paths: list[str]) -> str:
    figures = "".join(_figure(path, width, theme) for path in paths for width, theme in WINDOWS)
    style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}figure{margin:0}"
    return f'<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>{style}</style>{figures}'


def _figure(path: str, width: int, theme: str) -> str:
    file, words = f"{_name(path)}-{theme}.png", f"{escape(path)} at {width} px, {theme}"
    picture = f'<img src="{file}" width="{width // 4}" alt="{words}">'
    return f'<figure><a href="{file}">{picture}</a><figcaption>{words}</figcaption></figure>'


if __name__ == "__main__":
    main()
