"""Follow every link that a person is shown."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.test import Client

UNFOLLOWED = ("/static/", "/api/docs", "/api/v1/schema")
NUMBER = re.compile(r"/[0-9]+/")
MOST_PAGES = 200
FIRST_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Page:
    """What was found under one address."""

    address: str
    status: int
    content_type: str
    text: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value and tag == "a"]


def crawl(client: Client, *starts: str) -> Iterator[Page]:
    """Yield each page once; addresses that differ in a row's number or a query's values are one page."""
    waiting, seen = list(starts), set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        parts = urlsplit(address)
        place = (NUMBER.sub("/0/", parts.path), frozenset(parse_qs(parts.query, keep_blank_values=True)))
        if place in seen or parts.netloc not in ("", "testserver") or parts.path.startswith(UNFOLLOWED):
            continue
        seen.add(place)
        page = _visit(client, address)
        yield page
        if page.content_type == "text/html":
            links = _Links()
            links.feed(page.text)
            waiting += [urljoin(address, link) for link in links.found]


def cells_that_compute(text: str) -> list[str]:
    """List the cells of a CSV that a spreadsheet would take for a formula; numbers are none."""
    cells = (cell for row in csv.reader(text.splitlines()) for cell in row)
    return [cell for cell in cells if cell.startswith(FIRST_OF_FORMULA) and not _is(float, cell)]


def _visit(client: Client, address: str) -> Page:
    response: Any = client.get(address)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.get("Content-Type", "").split(";")[0]
    return Page(address, response.status_code, kind, content.decode(errors="replace"))


def _is(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
