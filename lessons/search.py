"""Search the lessons: every word must stand in the passage; headings count more than text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lessons.models import Passage, Term
from lessons.passages import fold

LONGEST_QUERY = 100
MOST_WORDS = 8
MOST_HITS = 30
EXCERPT = 200
BEFORE = 70
PLURAL = re.compile(r"(?<=\w{3})(ies|s)$")


@dataclass(frozen=True)
class Part:
    """A piece of an excerpt; `is_match` where it is a word that was looked for."""

    text: str
    is_match: bool


@dataclass(frozen=True)
class Hit:
    """One passage that has every word."""

    lesson: str
    heading: str
    url: str
    excerpt: Sequence[Part]


@dataclass(frozen=True)
class Found:
    """What a search found: the terms first, then passages, the best first."""

    terms: Sequence[Term]
    hits: Sequence[Hit]
    has_more: bool


def find(query: str) -> Found:
    """Return the glossary's terms and the passages of published lessons that have all words of the query."""
    words = _words(query)
    if not words:
        return Found((), (), has_more=False)
    passages = Passage.objects.filter(lesson__revision__isnull=False).select_related("lesson")
    for word in words:
        passages = passages.filter(folded__contains=word)
    ranked = sorted(passages, key=lambda passage: -_rank(passage, words))
    hits = [_hit(passage, words) for passage in ranked[:MOST_HITS]]
    return Found(_terms(words), hits, has_more=len(ranked) > MOST_HITS)


def _words(query: str) -> list[str]:
    """Return the words to look for, less the end of a plural, as a text may have the singular."""
    words = fold(query[:LONGEST_QUERY]).split()[:MOST_WORDS]
    return list(dict.fromkeys(PLURAL.sub("", word) for word in words))


def _terms(words: Sequence[str]) -> list[Term]:
    rows = Term.objects.filter(lesson__revision__isnull=False).select_related("lesson")
    return [term for term in rows if all(word in fold(term.name) for word in words)]


def _rank(passage: Passage, words: Sequence[str]) -> int:
    """Weigh a passage: words in its heading, in the lesson's title, then how often they stand in the text."""
    heading, title = fold(passage.heading), fold(passage.lesson.title)
    in_heading = sum(word in heading for word in words)
    in_title = sum(word in title for word in words)
    often = sum(min(passage.folded.count(word), 9) for word in words)
    return 100 * in_heading + 30 * in_title + often


def _hit(passage: Passage, words: Sequence[str]) -> Hit:
    anchor = f"#{passage.anchor}" if passage.anchor else ""
    return Hit(
        lesson=passage.lesson.title,
        heading=passage.heading,
        url=f"{passage.lesson.get_absolute_url()}{anchor}",
        excerpt=_excerpt(passage.text, words),
    )


def _excerpt(text: str, words: Sequence[str]) -> list[Part]:
    """Cut some words around the first match, and split them at the matches."""
    pattern = re.compile("(" + "|".join(re.escape(word) for word in words) + ")", re.IGNORECASE)
    first = pattern.search(text)
    start = max(first.start() - BEFORE, 0) if first else 0
    if start:
        start = text.find(" ", start) + 1
    cut = text[start : start + EXCERPT]
    if start + EXCERPT < len(text):
        cut = cut.rpartition(" ")[0] + " …"
    if start:
        cut = "… " + cut
    pieces = pattern.split(cut)
    return [Part(piece, is_match=index % 2 == 1) for index, piece in enumerate(pieces) if piece]
