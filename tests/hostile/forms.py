"""Hostile forms: what a browser would never send, and what a person might paste."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tests.factories import LECTURE_FIELDS
from tests.hostile.cases import CSRF, FORM, XOR, Case, Sent

XOR_PAGE, GATES_PAGE, CHOICE_PAGE = (
    "/exercises/xor-weights/",
    "/exercises/mp-gates/",
    "/exercises/mp-possible/",
)
TOKENS = "/accounts/tokens/"
TYPED = "weights.2.bias[0]"
MARKUP = "<script>alert('hostile')</script>"

Pairs = Sequence[tuple[str, str | bytes]]


def posted(pairs: Pairs, path: str = XOR_PAGE, token: str = CSRF, content_type: str = FORM) -> Sent:
    body = urlencode([("csrfmiddlewaretoken", token), *pairs]).encode()
    return Sent(path, body, content_type, who="session")


def typed(name: str, text: str | bytes, words: str, status: int = 422, **kept: Any) -> Case:
    """The right answer with one field of it typed over."""
    pairs = [*(LECTURE_FIELDS | {TYPED: text}).items()]
    return Case(f"typed: {name}", partial(posted, pairs), status, words, **kept)


def pasted(name: str, text: str | bytes, words: str, status: int = 422, **kept: Any) -> Case:
    return Case(f"pasted: {name}", partial(posted, [("answer_json", text)]), status, words, **kept)


def sign_in(username: str | bytes, password: str | bytes) -> Sent:
    return replace(posted([("username", username), ("password", password)], "/accounts/login/"), who="nobody")


def sign_up(username: str) -> Sent:
    typed = [("username", username), ("email", "a@example.org"), ("password1", "x"), ("password2", "x")]
    return replace(posted(typed, "/accounts/signup/"), who="nobody")


def form(name: str, make: Callable[[], Sent], status: int, words: str = "", **kept: Any) -> Case:
    return Case(f"form: {name}", make, status, words, **kept)


def with_key(key: str) -> Pairs:
    return [*LECTURE_FIELDS.items(), ("idempotency_key", key)]


def multipart(*parts: tuple[str, bytes], boundary: str = "x") -> Sent:
    lines = [
        b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name.encode(), b"", value)
        for name, value in [("csrfmiddlewaretoken", CSRF.encode()), *parts]
    ]
    kind = f"multipart/form-data; boundary={boundary}" if boundary else "multipart/form-data"
    return Sent(XOR_PAGE, b"".join(lines) + b"--x--\r\n", kind, who="session")


NOT_TYPED = {
    "nan": "nan", "infinity": "inf", "NaN with blanks": " NaN ", "hexadecimal": "0x10", "underscore": "1_000",
    "arabic digits": "٣", "full-width digits": "１２",
    "superscript": "²", "roman": "Ⅳ", "two points": "1.2.3",
    "two numbers": "1 2", "decimal comma": "1,5", "thousands": "1.000.000", "formula": "=1+1",
    "a dangerous formula": "=cmd|' /C calc'!A0", "at": "@SUM(1)", "markup": MARKUP,
    "an event": "\" onfocus=alert(1) x=\"", "a template": "{{ 7|add:7 }}{% debug %}",
    "right to left": "\u202e02", "zero width": "2\u200b0", "exponent of four digits": "1e1000",
    "41 digits": "1" * 41, "100,000 letters": "x" * 100_000, "a path": "../../etc/passwd",
    "sql": "1; DROP TABLE", "a NUL": "2\x000", "a control character": "2\x1b[31m",
}  # fmt: skip

SIGN_IN = {
    "a name with a NUL": ("a\0", "x"), "a name of 10,000 letters": ("x" * 10_000, "x"),
    "markup": (MARKUP, MARKUP),
    "a password of 900,000 letters": ("student", "x" * 900_000), "sql": ("' OR 1=1 --", "' OR 1=1 --"),
    "bytes that are no UTF-8": (b"\xff", b"\xff"),
}  # fmt: skip

NO_NAMES = {
    "markup": MARKUP,
    "a formula": "=cmd|' /C calc'!A0",
    "right to left": "\u202eroot",
    "a path": "../root",
}
TOKEN = [("scopes", "grades.read"), ("days", "30")]

CASES: list[Case] = [
    *(typed(name, text, "is not a number") for name, text in NOT_TYPED.items()),
    typed("bytes that are no UTF-8", b"\xff\xfe", "is not a number"),
    typed("empty", "", "type a number"),
    typed("blanks", " \t ", "type a number"),
    typed("1e999", "1e999", "1,000,000"),
    typed("1e308", "1e308", "1,000,000"),
    typed("40 digits", "9" * 40, "1,000,000"),
    typed("a minus sign of the lesson", "\N{MINUS SIGN}30", "", status=302, score=100),
    typed("a denormal", "5e-324", "", status=302, score=20),
    pasted("nothing but a bracket", "[", "not valid JSON"),
    pasted("nan", '{"weights": NaN}', "not a finite number"),
    pasted("deep", "[" * 100_000, "more than 32 levels"),
    pasted("too large", " " * 10 + XOR[:-1] + ', "x": "' + "y" * 300_000 + '"}', "more than 262144 bytes"),
    pasted("markup", '{"' + MARKUP + '": 1}', MARKUP),
    pasted("end of the text area", "</textarea>" + MARKUP, "not valid JSON"),
    pasted("half a character", '"\\ud800"', "NUL or half a character"),
    pasted("a NUL", '{"weights":\x00 1}', "not valid JSON"),
    pasted("bytes that are no UTF-8", b"\xff", "not valid JSON"),
    pasted("a byte order mark", b"\xef\xbb\xbf" + XOR.encode(), "byte order mark"),
    pasted("null", "null", "must be a JSON object"),
    pasted("blanks are as nothing", " \n ", "type a number"),
    form("nothing", partial(posted, []), 422, "type a number"),
    form("a field twice", partial(posted, [*LECTURE_FIELDS.items(), (TYPED, "1")]), 422, "type a number"),
    form(
        "pasted twice", partial(posted, [("answer_json", XOR), ("answer_json", XOR)]), 422, "not valid JSON"
    ),
    form(
        "unknown fields",
        partial(posted, [*LECTURE_FIELDS.items(), ("is_staff", "1"), ("score", "100")]),
        302,
        score=100,
    ),
    form("10,000 fields", partial(posted, [(f"f{n}", "") for n in range(10_000)]), 400),
    form("1.5 MB", lambda: posted([("answer_json", " " * 1_500_000)]), 400),
    form("20 MB", lambda: posted([("answer_json", "[]," * 7_000_000)]), 400),
    form("without a CSRF token", partial(posted, [*LECTURE_FIELDS.items()], token=""), 403),
    form("with a hostile CSRF token", partial(posted, [*LECTURE_FIELDS.items()], token=MARKUP * 9), 403),
    form("utf-16", partial(posted, [], content_type=f"{FORM}; charset=utf-16"), 400),
    form(
        "utf-16 to no page",
        partial(posted, [], "/no-such-page/", content_type=f"{FORM}; charset=utf-16"),
        404,
    ),
    form(
        "20 MB to no page",
        lambda: posted([("a", "[]," * 7_000_000)], "/no-such-page/"),
        404,
    ),
    form(
        "unknown charset",
        partial(posted, [*LECTURE_FIELDS.items()], content_type=f"{FORM}; charset=no-such"),
        302,
        score=100,
    ),
    form("json", lambda: Sent(XOR_PAGE, b"{}", who="session"), 403),
    form(
        "multipart", partial(multipart, *((k, v.encode()) for k, v in LECTURE_FIELDS.items())), 302, score=100
    ),
    form("multipart with another boundary", partial(multipart, boundary="y"), 403),
    form("multipart without a boundary", partial(multipart, boundary=""), 400),
    form("multipart with a boundary of 5,000 letters", partial(multipart, boundary="b" * 5_000), 400),
    form(
        "multipart with bytes in a number", partial(multipart, (TYPED, b"\xff\0\x80")), 422, "is not a number"
    ),
    form("a key of 256 letters", partial(posted, with_key("k" * 256)), 422, "1 to 255 printable"),
    form("a key with a NUL", partial(posted, with_key("a\0b")), 422, "1 to 255 printable"),
    form("a key with markup", partial(posted, with_key(MARKUP)), 302, score=100),
    form(
        "gates: unknown input",
        partial(posted, [("gates.and.threshold", "1"), ("gates.and.inhibitory", "9")], GATES_PAGE),
        422,
    ),
    form("gates: markup in a box", partial(posted, [("gates.and.inhibitory", MARKUP)], GATES_PAGE), 422),
    form(
        "choice: markup",
        partial(posted, [("choices.rows", MARKUP), ("choices.possible", MARKUP)], CHOICE_PAGE),
        422,
        "pick one of",
    ),
    form(
        "choice: one option 500 times",
        partial(posted, [("choices.rows", "fires")] + [("choices.possible", "and")] * 500, CHOICE_PAGE),
        422,
        "500 items",
    ),
    form("check with markup", partial(posted, [("action", "check"), (TYPED, MARKUP)]), 422, MARKUP),
    form("an unknown action", partial(posted, [("action", MARKUP), *LECTURE_FIELDS.items()]), 302, score=100),
    *(
        form(f"sign-in: {name}", partial(sign_in, username, password), 422)
        for name, (username, password) in SIGN_IN.items()
    ),
    form("token: a name with markup", partial(posted, [("name", MARKUP), *TOKEN], TOKENS), 200, MARKUP),
    form(
        "token: a name of 10,000 letters",
        partial(posted, [("name", "x" * 10_000), *TOKEN], TOKENS),
        422,
        "100",
    ),
    form("token: a name with a NUL", partial(posted, [("name", "a\0"), *TOKEN], TOKENS), 422, "Null"),
    form(
        "token: no such scope",
        partial(posted, [("name", "a"), ("scopes", MARKUP), *TOKEN], TOKENS),
        422,
        MARKUP,
    ),
    *(
        form(f"sign-up: {name}", partial(sign_up, username), 422, "Enter a valid username")
        for name, username in NO_NAMES.items()
    ),
]
