"""Hostile addresses of the pages for those who teach: ids, filters, searches and uploads."""

from dataclasses import replace
from functools import partial
from urllib.parse import quote, urlencode

from tests.hostile.cases import CSRF, FORM, Case, Sent

LIST = "/admin/exercises/submission/"
READ = (200, 302, 400, 404)
"""What a hostile address of the admin may get: the page, the page without the filter, or a refusal."""
VALUES = {
    "a NUL": "1\0", "5,000 digits": "9" * 5_000, "30 digits": "9" * 30, "superscript": "²",
    "minus": "-1",
    "markup": "<script>alert('hostile')</script>", "sql": "1' OR '1'='1", "arabic digits": "٣",
}  # fmt: skip
PARAMETERS = ("q", "p", "exercise__id__exact", "status", "course", "section", "submitted_at__year")
OTHER_PARAMETERS = ("o", "all", "sent", "late", "flag", "overridden", "enrolment__user__password")
IDS = ("²", "9" * 30, "9" * 5_000, "1\0", "-1", "../../lessons/course/1", "<script>", "٣")
DATES = {
    "a month that is none": "submitted_at__year=2026&submitted_at__month=99",
    "a year of 10 digits": "submitted_at__year=9999999999",
    "the end of time": "submitted_at__gte=9999-12-31T23:59:59-23:59",
    "a check with a NUL": "exercise__id__exact=1&failing=a%00b",
    "a check of 10,000 letters": "exercise__id__exact=1&failing=" + "x" * 10_000,
    "two exercises": "exercise__id__exact=1&exercise__id__exact=2",
    "100 words": "q=" + "a+" * 100,
}


def asked(path: str) -> Sent:
    return Sent(path, method="GET", who="teacher")


def posted(path: str, **fields: str) -> Sent:
    return Sent(path, urlencode({"csrfmiddlewaretoken": CSRF, **fields}).encode(), FORM, who="teacher")


def looked_up(name: str, path: str) -> Case:
    return Case(f"staff: {name}", partial(asked, path), READ)


CASES: list[Case] = [
    *(
        looked_up(f"{parameter} with {name}", f"{LIST}?{parameter}={quote(value)}")
        for parameter in PARAMETERS
        for name, value in VALUES.items()
    ),
    *(looked_up(f"{name} with a NUL", f"{LIST}?{name}=1%00") for name in OTHER_PARAMETERS),
    *(looked_up(f"list with {name}", f"{LIST}?{query}") for name, query in DATES.items()),
    *(looked_up(f"submission {raw[:40]!r}", f"{LIST}{quote(raw, safe='')}/change/") for raw in IDS),
    *(looked_up(f"history of {raw[:40]!r}", f"{LIST}{quote(raw, safe='')}/history/") for raw in IDS),
    *(
        looked_up(f"course {raw[:40]!r}", f"/admin/lessons/course/{quote(raw, safe='')}/change/")
        for raw in IDS
    ),
    *(
        looked_up(f"export by {parameter} with {name}", f"{LIST}export/?{parameter}={quote(value)}")
        for parameter in ("q", "exercise__id__exact", "section")
        for name, value in VALUES.items()
    ),
    *(
        Case(
            f"staff: override with {score[:20]!r}",
            partial(posted, f"{LIST}1/override/", score=score, reason="x"),
            (404, 405, 422),
        )
        for score in ("nan", "inf", "1e999", "-1", "9" * 5_000, "<script>")
    ),
    Case(
        "staff: sign-in with a name of 10,000 letters",
        lambda: replace(posted("/admin/login/", username="x" * 10_000, password="x"), who="nobody"),
        (200, 422),
    ),
]
