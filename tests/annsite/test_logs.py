"""Log lines: one JSON object per event, with the ids that tie them together and without anything secret."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.test import Client

from annsite.logs import JsonFormatter, LineFormatter
from annsite.rest.log_context import bind
from exercises.models import Exercise, Submission
from lessons.models import Enrolment
from tests import factories

log = logging.getLogger("a.logger")


@pytest.fixture
def handler() -> Iterator[logging.StreamHandler[StringIO]]:
    """Listen to everything that is logged, as the console does in production."""
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    before, root.level = root.level, logging.INFO
    yield handler
    root.level = before
    root.removeHandler(handler)


@pytest.fixture
def lines(handler: logging.StreamHandler[StringIO]) -> Callable[[], list[dict[str, object]]]:
    return lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]


def test_an_event_is_one_line_however_long_its_message(lines: Callable[[], list[dict[str, object]]]) -> None:
    with bind(submission="abc", lane="training"):
        log.warning("two\nlines for %s", "somebody")

    (line,) = lines()

    assert line["level"] == "WARNING"
    assert line["logger"] == "a.logger"
    assert line["message"] == "two\nlines for somebody"
    assert (line["submission"], line["lane"]) == ("abc", "training")
    assert str(line["time"]).endswith("+00:00")


def test_what_is_bound_ends_with_its_block(lines: Callable[[], list[dict[str, object]]]) -> None:
    with bind(submission="outer"):
        with bind(job=3):
            log.info("inside")
        log.info("between")
    log.info("outside")

    inside, between, outside = lines()

    assert (inside["submission"], inside["job"]) == ("outer", 3)
    assert "job" not in between
    assert "submission" not in outside


def test_an_exception_is_told_in_the_same_line(lines: Callable[[], list[dict[str, object]]]) -> None:
    try:
        raise ValueError("what broke")
    except ValueError:
        log.exception("it failed")

    (line,) = lines()

    assert "ValueError: what broke" in str(line["exception"])


def test_the_readable_line_cannot_be_forged(
    handler: logging.StreamHandler[StringIO],
) -> None:
    handler.setFormatter(LineFormatter())

    with bind(request_id="12345678"):
        log.info("GET %s", "/a\n2026-01-01 ERROR root forged")

    (line,) = handler.stream.getvalue().splitlines()

    assert line.endswith(r"INFO a.logger GET /a\x0a2026-01-01 ERROR root forged request_id=12345678")


@pytest.mark.django_db
def test_a_request_is_logged_with_its_id_and_the_submission_it_is_about(
    student: Enrolment,
    xor: Exercise,
    signed_in: Callable[[Enrolment], Client],
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    row = factories.graded(student, xor)

    page = signed_in(student).get(row.get_absolute_url(), headers={"X-Request-ID": "from-the-proxy-1"})

    line = next(line for line in lines() if line["logger"] == "annsite.rest.request_id")
    assert page["X-Request-ID"] == line["request_id"] == "from-the-proxy-1"
    assert line["submission"] == row.public_id
    assert line["message"] == "GET exercises:submission-detail"
    assert line["status"] == 200


@pytest.mark.django_db
def test_one_line_ties_the_request_to_the_submission_it_made(
    student: Enrolment, xor: Exercise, lines: Callable[[], list[dict[str, object]]]
) -> None:
    made = Client().post(
        "/api/v1/submissions/",
        {"exercise": xor.slug, "answer": factories.LECTURE},
        content_type="application/json",
        headers=factories.bearer(student, "submissions.write"),
    )

    line = next(line for line in lines() if line["message"] == "answer taken")
    assert line["request_id"] == made["X-Request-ID"]
    assert line["submission"] == made.json()["id"]


@pytest.mark.django_db
def test_a_grade_is_logged_under_the_id_that_the_student_sees(
    student: Enrolment, xor: Exercise, lines: Callable[[], list[dict[str, object]]]
) -> None:
    row = factories.submission(student, xor)

    factories.grade_all()

    line = next(line for line in lines() if line["message"] == "graded")
    assert (line["submission"], line["claim"]) == (row.public_id, 1)


@pytest.mark.django_db
def test_a_refused_request_is_logged_once_with_its_status(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    Client().get("/no/such/page?secret=1")

    (line,) = lines()

    assert (line["message"], line["status"], line["level"]) == ("GET /no/such/page", 404, "INFO")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent", ["short", "a" * 65, "with space in it", "line\\nbreak-in-it", '{"a": "bcdefg"}']
)
def test_an_id_that_is_no_id_is_replaced(sent: str, lines: Callable[[], list[dict[str, object]]]) -> None:
    page = Client().get("/help/", headers={"X-Request-ID": sent})

    assert len(page["X-Request-ID"]) == 32
    assert all(line.get("request_id") != sent for line in lines())


@pytest.mark.django_db
def test_no_secret_and_no_answer_is_logged(
    student: Enrolment, xor: Exercise, handler: logging.StreamHandler[StringIO]
) -> None:
    token = factories.token(student, "submissions.write")
    answer = {"weights": {**factories.LECTURE["weights"], "2.bias": [-30.123456789]}}
    Client().post("/accounts/login/", {"username": "student", "password": "my own passphrase 17"})
    Client().post(
        "/api/v1/submissions/",
        {"exercise": xor.slug, "answer": answer},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    factories.grade_all()
    Client().get("/accounts/reset/MQ/a-secret-link/no-such-page")
    log.info("somebody logs %s and %s", token, "/accounts/reset/MQ/another-secret/")

    written = handler.stream.getvalue()

    assert Submission.objects.exists()
    for secret in (token, "30.123456789", "my own passphrase 17", "a-secret-link", "another-secret"):
        assert secret not in written
