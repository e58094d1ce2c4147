"""Cut a rendered lesson into its passages, in plain words, and fold words for comparing."""

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = ("h2", "h3")
SILENT = ("script", "annotation", "button")
IN_LINE = ("a", "b", "code", "em", "i", "semantics", "span", "strong")
SPACE = re.compile(r"\s+")
NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Words:
    """What stands below one heading; `anchor` is the heading's id, empty before the first heading."""

    anchor: str
    heading: str
    text: str


@dataclass
class _Piece:
    anchor: str
    heading: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collect the words that a reader sees; formulas keep their letters, not their LaTeX."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = [_Piece("")]
        self.silent = 0
        self.in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag in HEADINGS:
            self.pieces.append(_Piece(dict(attrs).get("id") or ""))
            self.in_heading = True
        elif tag not in (*IN_LINE, *SILENT) and not tag.startswith("m"):
            self.pieces[-1].text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        self.in_heading = self.in_heading and tag not in HEADINGS

    def handle_data(self, data: str) -> None:
        if not self.silent:
            piece = self.pieces[-1]
            (piece.heading if self.in_heading else piece.text).append(data)


def passages_of(html: str) -> list[Words]:
    """Return the passages of a rendered lesson that have any words, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = [Words(piece.anchor, _join(piece.heading), _join(piece.text)) for piece in reader.pieces]
    return [words for words in found if words.heading or words.text]


def fold(text: str) -> str:
    """Return the words in small letters, without accents and signs, so that both sides compare alike."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return NOT_WORD.sub(" ", letters).strip()


def _join(parts: list[str]) -> str:
    return SPACE.sub(" ", "".join(parts)).strip()
