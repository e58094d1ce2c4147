"""Hostile addresses: ids, query strings, cursors, dates, keys and other headers."""

import base64
import json
from functools import partial
from urllib.parse import quote

from tests.hostile.cases import SUBMISSIONS, XOR, Case, Sent, body, get

IDS = {
    "path traversal": "../../etc/passwd", "a NUL": "xor-weights\0", "a blank within": "xor weights",
    "markup": "<script>alert('hostile')</script>", "a formula": "=1+1",
    "letters that look alike": "xоr-weights", "right to left": "\u202exor", "10,000 letters": "x" * 10_000,
    "sql": "' OR 1=1 --", "a format": "%s%n{0}", "a line break": "xor-weights\n",
    "a full-width hyphen": "xor－weights", "a slash": "xor/weights",
}  # fmt: skip
UNKNOWN_IDS = {"capitals": "XOR-WEIGHTS", "a prefix": "xor", "only a hyphen": "-", "dunder": "__proto__"}
KEYS: dict[str, tuple[str, int | None]] = {
    "256 characters": ("k" * 256, None),
    "8,000 characters": ("k" * 8_000, None),
    "empty": ("", None),
    "a tab": ("a\tb", None),
    "a delete character": ("a\x7fb", 400),
    "a bell": ("a\x07b", 400),
    "UTF-8 that the protocol does not know": ("ключ".encode().decode("latin-1"), None),
}
GOOD_KEYS = {
    "255 characters": "k" * 255, "sql": "' OR 1=1 --", "markup": "<script>alert('hostile')</script>",
    "a formula": "=cmd|' /C calc'!A0", "a path": "../../etc/passwd",
}  # fmt: skip
OTHER_LISTS = ("/api/v1/exercises/", "/api/v1/courses/")
DATES = {
    "no date": "yesterday", "year 0": "0000-01-01T00:00:00Z", "month 13": "2026-13-01T00:00:00Z",
    "only digits": "9" * 400, "a NUL": "2026-01-01\0", "markup": "<b>", "arabic digits": "٢٠٢٦-٠١-٠١x",
}  # fmt: skip
EDGE_DATES = {
    "the last moment west of Greenwich": "9999-12-31T23:59:59-23:59",
    "the first moment east of Greenwich": "0001-01-01T00:00:00+23:59",
}
NO_POSITIONS = {
    "text": "p=abc", "markup": "p=<script>", "a NUL": "p=1%00", "infinity": "p=inf", "a list": "p=[1]",
    "1e400": "p=1e400", "a decimal": "p=1.5",
}  # fmt: skip
NO_CURSORS = {
    "a negative offset": "o=-1&p=1", "an offset in words": "o=x", "arabic digits": "p=٣",
}  # fmt: skip
FAR_POSITIONS = {
    "400 digits": "p=" + "9" * 400,
    "2 to the 63": f"p={2**63}",
    "minus 2 to the 70": f"p=-{2**70}",
    "a huge offset": "o=" + "9" * 30,
    "1,200 offsets": "o=1&" * 900,
}
UNREADABLE_POSITION = "annsite/rest/paging.py: a position that is no number is a ValueError, so a 500"
NUL = "exercises/api/views.py: PostgreSQL takes no NUL in the course"
UNREADABLE_DATE = "exercises/api/views.py: submitted_since overflows when it is turned into UTC, so a 500"


def cursor(text: str) -> str:
    return quote(base64.b64encode(text.encode()).decode())


def keyed(key: str) -> Sent:
    raw = f'{{"exercise": "xor-weights", "answer": {XOR}}}'.encode()
    return Sent(SUBMISSIONS, raw, headers={"Idempotency-Key": key})


def asked(path: str, method: str = "GET", who: str = "token", **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sent(path, method=method, headers=named, who=who)  # type: ignore[arg-type]


def exercise(value: object, **more: object) -> str:
    return json.dumps({"exercise": value, "answer": json.loads(XOR)} | more)


def at_both_doors(name: str, raw: str) -> list[Case]:
    """An id in the address of a page and of the API."""
    text = quote(raw, safe="")
    return [
        get(f"exercise page: {name}", f"/exercises/{text}/", 404, who="session"),
        get(f"exercise address: {name}", f"/api/v1/exercises/{text}/", 404, code="not_found"),
    ]


CASES: list[Case] = [
    *(case for name, text in (IDS | UNKNOWN_IDS).items() for case in at_both_doors(name, text)),
    get("submission page: a NUL", "/submissions/a%00b/status", 404, who="session"),
    get("submission address: a NUL", f"{SUBMISSIONS}a%00b/", 404, code="not_found"),
    get("submission address: 10,000 letters", f"{SUBMISSIONS}{'x' * 10_000}/", 404, code="not_found"),
    get("page: bytes that are no UTF-8", "/exercises/%ff%fe/", 404, who="session"),
    get("address: bytes that are no UTF-8", "/api/v1/exercises/%ff%fe/", 404, code="not_found"),
    get("lesson: path traversal", "/lessons/..%2f..%2fsettings/", 404, who="session"),
    get("static: path traversal", "/static/..%2f..%2fannsite/settings.py", 404, who="nobody"),
    get("static: dots", "/static/../../../../etc/passwd", 404, who="nobody"),
    get("static: a NUL", "/static/css/site.css%00.png", 404, who="nobody"),
    *(
        body(f"exercise in the body: {name}", exercise(text), code="invalid", field="exercise")
        for name, text in IDS.items()
        if name not in ("a NUL", "a line break")
    ),
    body("exercise in the body: a NUL", exercise("xor-weights\0"), "NUL", field="exercise"),
    *(
        body(f"exercise in the body: {name}", exercise(text), status=404, code="not_found")
        for name, text in UNKNOWN_IDS.items()
    ),
    *(
        body(f"exercise in the body: {name}", exercise(text), code="invalid", field="exercise")
        for name, text in {
            "null": None,
            "true": True,
            "a list": [],
            "an object": {"in": ["x"]},
            "nothing": "",
        }.items()
    ),
    body("exercise in the body is a number", exercise(1), status=404, code="not_found"),
    body(
        "course: not one's own",
        exercise("xor-weights", course="elsewhere"),
        status=403,
        code="permission_denied",
    ),
    body("course: path traversal", exercise("xor-weights", course="../x"), code="invalid", field="course"),
    body("course: a list", exercise("xor-weights", course=["autumn"]), code="invalid", field="course"),
    *(
        Case(
            f"idempotency key: {name}",
            partial(keyed, key),
            422,
            "255",
            "idempotency_key_invalid",
            server_status=server,
        )
        for name, (key, server) in KEYS.items()
    ),
    *(
        Case(f"idempotency key: {name} is taken", partial(keyed, key), 202, score=100)
        for name, key in GOOD_KEYS.items()
    ),
    *(
        get(f"since: {name}", f"{SUBMISSIONS}?submitted_since={quote(text)}", 400, field="submitted_since")
        for name, text in DATES.items()
    ),
    *(
        get(f"since: {name}", f"{SUBMISSIONS}?submitted_since={quote(text)}", 400)
        for name, text in EDGE_DATES.items()
    ),
    *(
        get(f"filter: {name} with {what}", f"{SUBMISSIONS}?{name}={text}", 400, field=name)
        for name in ("status", "exercise", "course")
        for what, text in {"a NUL": "a%00b", "10,000 letters": "x" * 10_000}.items()
    ),
    get("filter: status with markup", f"{SUBMISSIONS}?status=%3Cscript%3E", 400, field="status"),
    get("filter: sql", f"{SUBMISSIONS}?exercise=%27%20OR%201=1--", 200),
    get("filter: 3,000 parameters", f"{SUBMISSIONS}?" + "a=1&" * 3_000, 400),
    get(
        "filter: a course with a NUL",
        "/api/v1/grades/?course=a%00b",
        404,
    ),
    get(
        "filter: a course of 10,000 letters", "/api/v1/grades/?course=" + "x" * 10_000, 404, code="not_found"
    ),
    *(
        get(f"cursor: {name}", f"{SUBMISSIONS}?cursor={cursor(text)}", 404)
        for name, text in NO_POSITIONS.items()
    ),
    *(
        get(f"cursor: {name}", f"{SUBMISSIONS}?cursor={cursor(text)}", 404, code="not_found")
        for name, text in NO_CURSORS.items()
    ),
    *(
        get(f"cursor: {name}", f"{SUBMISSIONS}?cursor={cursor(text)}", (200, 404))
        for name, text in FAR_POSITIONS.items()
    ),
    *(get(f"cursor at {path}: text", f"{path}?cursor={cursor('p=abc')}", 404) for path in OTHER_LISTS),
    get("cursor: no base64", f"{SUBMISSIONS}?cursor=%ff%00!!", 404, code="not_found"),
    get("cursor: 10,000 letters", f"{SUBMISSIONS}?cursor=" + "A" * 10_000, 200),
    *(
        get(f"page size: {name}", f"{SUBMISSIONS}?page_size={quote(text)}", 200)
        for name, text in {
            "minus one": "-1",
            "zero": "0",
            "a billion": "1" + "0" * 9,
            "nan": "NaN",
            "a NUL": "\0",
            "5,000 digits": "9" * 5_000,
            "arabic": "٣",
        }.items()
    ),
    *(
        Case(
            f"token: {name}",
            partial(asked, SUBMISSIONS, who="nobody", Authorization=text),
            401,
            server_status=server,
        )
        for name, (text, server) in {
            "10,000 letters": ("Bearer " + "x" * 10_000, None),
            "no letters": ("Bearer \xff\xfe", None),
            "sql": ("Bearer ' OR 1=1 --", None),
            "another scheme": ("Basic dXNlcjpwYXNz", None),
            "broken basic": ("Basic \xff", None),
        }.items()
    ),
    Case("accept: xml", partial(asked, SUBMISSIONS, Accept="application/xml"), 406, code="not_acceptable"),
    Case("accept: nonsense", partial(asked, SUBMISSIONS, Accept=";;q=,,/*\xff"), 406),
    Case("format: pickle", partial(asked, f"{SUBMISSIONS}?format=pickle"), 404, code="not_found"),
    Case(
        "request id: hostile",
        partial(asked, SUBMISSIONS, X_Request_ID="<script>alert('hostile')</script>"),
        200,
    ),
    Case("forwarded: hostile", partial(asked, SUBMISSIONS, X_Forwarded_For="'\"><script>, " * 50), 200),
    Case("host: another", partial(asked, "/", who="nobody", Host="evil.example"), 400),
    Case("host: with markup", partial(asked, "/", who="nobody", Host="a<script>"), 400),
    Case("host: an address in the API", partial(asked, SUBMISSIONS, Host="127.0.0.1@evil.example"), 400),
    Case("method: DELETE", partial(asked, SUBMISSIONS, method="DELETE"), 405, code="method_not_allowed"),
    Case("method: PROPFIND", partial(asked, SUBMISSIONS, method="PROPFIND"), 405, code="method_not_allowed"),
    Case(
        "method: POST turned into DELETE",
        partial(asked, "/api/v1/me/", method="POST", X_HTTP_Method_Override="DELETE"),
        405,
    ),
    Case("method: PUT to a page", partial(asked, "/exercises/xor-weights/", method="PUT", who="nobody"), 403),
]
