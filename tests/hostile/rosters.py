"""Hostile rosters, pasted and uploaded by a teacher: what spreadsheets and strangers make of a CSV file."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from tests.hostile.cases import COURSE, CSRF, FORM, Case, Sent

PAGE = f"/admin/teaching/{COURSE}/roster/"
HEADER = "username,email,first_name,last_name,role,sections,labels\n"
MARKUP = "<script>alert('hostile')</script>"
FORMULA = "=cmd|' /C calc'!A0"


def pasted(text: str | bytes) -> Sent:
    fields = [("csrfmiddlewaretoken", CSRF), ("text", text), ("create_missing", "on")]
    return Sent(PAGE, urlencode(fields).encode(), FORM, who="teacher")


def uploaded(name: str, data: bytes) -> Sent:
    """A file under whatever name, sent as a browser sends it."""
    token = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{CSRF}\r\n'
    file = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return Sent(
        PAGE,
        token.encode() + file.encode() + data + b"\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
        who="teacher",
    )


def rows(count: int) -> str:
    return HEADER + "".join(f"u{n},u{n}@example.org,,,,,\n" for n in range(count))


def row(username: str = "ada", **cells: str) -> str:
    given = {
        "email": "ada@example.org",
        "first_name": "",
        "last_name": "",
        "role": "",
        "sections": "",
    } | cells
    return HEADER + ",".join([username, *given.values(), ""]) + "\n"


UNREADABLE: dict[str, tuple[Callable[[], Sent], str]] = {
    "nothing": (partial(pasted, ""), "Choose a file, or paste its lines"),
    "only a header": (partial(pasted, HEADER), "No person stands below"),
    "no header": (partial(pasted, "ada,ada@example.org"), "names a column"),
    "an open quotation mark": (partial(pasted, HEADER + '"ada' + "\n" * 1_000), "cannot be read"),
    "a cell of 200,000 letters": (partial(pasted, HEADER + "x" * 200_000), "cannot be read"),
    "5,001 people": (lambda: pasted(rows(5_001)), "5,001 people"),
    "400 kB": (lambda: pasted("x" * 400_000), "longer than 300,000 bytes"),
    "utf-16": (lambda: uploaded("a.csv", HEADER.encode("utf-16")), "UTF-16"),
    "no utf-8": (lambda: uploaded("a.csv", b"\xff\x00\x80"), "not UTF-8"),
    "a zip": (lambda: uploaded("a.csv", b"PK\x03\x04\xff\xff"), "not UTF-8"),
    "3 MB": (lambda: uploaded("a.csv", b"x" * 3_000_000), "at most 300,000 are read"),
    "3 MB under a name with markup": (lambda: uploaded(MARKUP, b"x" * 3_000_000), "at most 300,000 are read"),
    "a column with markup": (partial(pasted, MARKUP + "\nada"), MARKUP),
}
SHOWN: dict[str, tuple[str, str]] = {
    "a name with markup": (row(first_name=MARKUP), MARKUP),
    "a username with markup": (row(MARKUP), MARKUP),
    "a username with a formula": (row(FORMULA), "=cmd"),
    "a section with markup": (row(sections=MARKUP), MARKUP),
    "a role with markup": (row(role=MARKUP), MARKUP),
    "a NUL": (row("a\0da"), ""),
    "10,000 letters": (row("x" * 10_000), "x" * 100),
    "an address of 10,000 letters": (row(email="a" * 10_000 + "@example.org"), ""),
    "one person 500 times": (row() + "ada,ada@example.org,,,,,\n" * 499, "ada"),
    "500 sections": (row(sections="|".join(f"s{n}" for n in range(500))), "s499"),
    "right to left": (row("\u202eroot"), ""),
}

CASES: list[Case] = [
    *(Case(f"roster: {name}", make, 422, words) for name, (make, words) in UNREADABLE.items()),
    *(
        Case(f"roster: {name}", partial(pasted, text), (200, 422), words)
        for name, (text, words) in SHOWN.items()
    ),
    Case(
        "roster: a preview that nobody signed",
        lambda: Sent(
            PAGE + "save/",
            urlencode({"csrfmiddlewaretoken": CSRF, "preview": MARKUP}).encode(),
            FORM,
            who="teacher",
        ),
        302,
    ),
]
