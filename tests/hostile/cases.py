"""What a hostile case is: one request, made by code, and the answer that is documented for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
SUBMISSIONS = "/api/v1/submissions/"
COURSE = "{course}"
"""Stands in a path for the course of whoever sends."""
CSRF = "c" * 32
"""The CSRF cookie of every hostile browser, and the token in its forms: they need only be equal."""

XOR_REST = '"0.weight": [[20, 20], [-20, -20]], "0.bias": [-10, 30], "2.weight": [[20, 20]]'
XOR = '{"weights": {' + XOR_REST + ', "2.bias": [-30]}}'

Who = Literal["nobody", "token", "session", "teacher"]


@dataclass(frozen=True)
class Sent:
    """One request; `who` is how the site knows its sender."""

    path: str
    body: bytes = b""
    content_type: str = JSON
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    who: Who = "token"
    chunked: bool = False


@dataclass(frozen=True)
class Case:
    """A request and its documented answer.

    `code` and `field` are those of the problem document, `words` stand somewhere in the answer. An answer
    that is taken is graded; then `score` and `words` are what the student sees in the end. Where the web
    server itself answers before Django hears of the request, `server_status` is its answer. Where several
    answers are right, `status` lists them.
    """

    name: str
    send: Callable[[], Sent]
    status: int | tuple[int, ...]
    words: str = ""
    code: str = ""
    field: str | None = None
    score: float | None = None
    server_status: int | None = None


def body(name: str, raw: bytes | str | Callable[[], bytes], words: str = "", **kept: Any) -> Case:
    """A whole body posted as a submission."""

    def send() -> Sent:
        made = raw() if callable(raw) else raw
        return Sent(SUBMISSIONS, made if isinstance(made, bytes) else made.encode())

    return Case(name, send, words=words, **_expected(kept))


def answer(name: str, raw: str, words: str = "", exercise: str = "xor-weights", **kept: Any) -> Case:
    """An answer in JSON text, inside a good body."""
    return body(name, f'{{"exercise": "{exercise}", "answer": {raw}}}', words, **kept)


def check(name: str, raw: str, words: str = "", exercise: str = "xor-weights", **kept: Any) -> Case:
    """An answer that somebody unknown sends to the instant check."""
    sent = Sent(f"/api/v1/exercises/{exercise}/check/", f'{{"answer": {raw}}}'.encode(), who="nobody")
    return Case(name, lambda: sent, words=words, **_expected(kept))


def get(
    name: str, path: str, status: int | tuple[int, ...], words: str = "", who: Who = "token", **kept: Any
) -> Case:
    """An address that is asked for."""
    return Case(name, lambda: Sent(path, method="GET", who=who), status, words, **kept)


def _expected(kept: dict[str, Any]) -> dict[str, Any]:
    """Fill in what most cases share: taken where a score is named, else refused as an answer with 422."""
    if "score" in kept:
        return {"status": 202} | kept
    return {"status": 422, "code": "" if "status" in kept else "answer_refused"} | kept
