"""The API: the right answer for the right person, and one shape for every error."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annsite.accounts.models import ApiToken
from exercises.models import Assignment, Exercise, Submission
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

SUBMISSIONS = "/api/v1/submissions/"
CHECK = "/api/v1/exercises/xor-weights/check/"
ALL = ("courses.read", "exercises.read", "submissions.read", "submissions.write", "grades.read")


def send(who: Enrolment, body: Any, *, url: str = SUBMISSIONS, **headers: str) -> Any:
    return Client().post(url, body, "application/json", headers={**factories.bearer(who, *ALL), **headers})


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert body["request_id"] == response["X-Request-ID"]
    return body


def test_the_lectures_weights_are_accepted_and_graded_100(student: Enrolment, xor: Exercise) -> None:
    response = send(student, {"exercise": "xor-weights", "answer": factories.LECTURE})
    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert response.json()["report"] is None

    factories.grade_all()
    body = Client().get(response["Location"], headers=factories.bearer(student, "submissions.read")).json()

    assert (body["status"], body["score"], body["max_score"], body["attempt"]) == ("graded", 100, 100, 1)
    assert all(check["passed"] for check in body["report"]["checks"])
    assert set(body["receipt"]) >= {"revision", "engine_version", "fingerprint"}
    assert "seed" not in body["receipt"], "with it the hidden points could be computed"


def test_the_report_of_a_wrong_answer_has_a_counterexample_with_every_unit(
    student: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    body = Client().get(f"{SUBMISSIONS}{row.public_id}/", headers=factories.bearer(student, *ALL)).json()

    failed = [check for check in body["report"]["checks"] if check["counterexample"]]
    assert len(failed) == 1
    assert [unit["unit"] for unit in failed[0]["counterexample"]["units"]] == ["h1", "h2", "y"]


def test_the_same_idempotency_key_gives_the_same_submission(student: Enrolment) -> None:
    body = {"exercise": "xor-weights", "answer": factories.LECTURE}

    first = send(student, body, **{"Idempotency-Key": "one"})
    again = send(student, body, **{"Idempotency-Key": "one"})

    assert first.json()["id"] == again.json()["id"]
    assert Submission.objects.count() == 1


def test_a_reused_key_for_another_answer_is_422(student: Enrolment) -> None:
    send(student, {"exercise": "xor-weights", "answer": factories.LECTURE}, **{"Idempotency-Key": "one"})

    response = send(
        student, {"exercise": "xor-weights", "answer": factories.WRONG_WIRING}, **{"Idempotency-Key": "one"}
    )

    assert_problem(response, 422, "idempotency_key_reused")


def test_a_refused_answer_names_field_value_and_limit(student: Enrolment) -> None:
    answer = {"weights": {**factories.LECTURE["weights"], "2.bias": [2e6]}}

    problem = assert_problem(
        send(student, {"exercise": "xor-weights", "answer": answer}), 422, "answer_refused"
    )

    (error,) = problem["errors"]
    assert error["field"] == "weights.2.bias[0]"
    assert "2000000" in error["value"].replace(".0", "")
    assert "1e6" in error["limit"] or "1000000" in error["limit"].replace(",", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"exercise": "xor-weights", "answer": NaN}',
        b'{"exercise": "xor-weights"}',
        b'{"answer": {}}',
        b'{"exercise": {}, "answer": {}}',
        b'{"exercise": "xor-weights", "answer": []}',
        b'{"exercise": "xor-weights", "exercise": "mp-gates", "answer": {}}',
        b'{"exercise": "xor-weights", "answer": ' + b"[" * 100_000,
        b"\xff\xfe",
        b'{"exercise": "xor-weights", "answer": {"weights": "' + b"x" * 400_000 + b'"}}',
    ],
    ids=range(13),
)
def test_a_malformed_body_is_422_and_stores_nothing(student: Enrolment, body: bytes) -> None:
    response = send(student, body)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert Submission.objects.count() == 0


def test_a_body_that_is_not_json_is_415(student: Enrolment) -> None:
    headers = factories.bearer(student, *ALL)
    response = Client().post(SUBMISSIONS, "exercise=xor-weights", "text/plain", headers=headers)

    assert_problem(response, 415, "unsupported_media_type")


def test_an_unknown_exercise_is_404(student: Enrolment) -> None:
    assert_problem(send(student, {"exercise": "no-such", "answer": {}}), 404, "not_found")


def test_no_attempts_left_is_409(student: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=student.course, exercise=xor, attempts=1)
    factories.submission(student, xor)

    response = send(student, {"exercise": "xor-weights", "answer": factories.LECTURE})

    assert_problem(response, 409, "no_attempts_left")


def test_another_students_submission_is_404(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    row = factories.submission(student, xor)

    response = Client().get(f"{SUBMISSIONS}{row.public_id}/", headers=factories.bearer(other_student, *ALL))

    assert_problem(response, 404, "not_found")


def test_the_list_holds_ones_own_submissions_only(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    mine = factories.submission(student, xor)
    factories.submission(other_student, xor)

    body = Client().get(SUBMISSIONS, headers=factories.bearer(student, *ALL)).json()

    assert [row["id"] for row in body["results"]] == [mine.public_id]


def test_the_list_is_filtered_and_paged_by_cursor(student: Enrolment, xor: Exercise) -> None:
    rows = [factories.submission(student, xor) for _ in range(3)]
    factories.grade_all()
    headers = factories.bearer(student, *ALL)

    first = Client().get(f"{SUBMISSIONS}?page_size=2&status=graded&exercise=xor-weights", headers=headers)
    second = Client().get(first.json()["next"], headers=headers)

    found = [row["id"] for page in (first, second) for row in page.json()["results"]]
    assert found == [row.public_id for row in reversed(rows)]
    assert 'rel="next"' in first["Link"]


def test_a_wrong_filter_is_400(student: Enrolment) -> None:
    response = Client().get(f"{SUBMISSIONS}?status=nonsense", headers=factories.bearer(student, *ALL))

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "status"


def test_a_list_asks_the_same_number_of_queries_for_10_and_20_rows(
    student: Enrolment, instructor: Enrolment, xor: Exercise, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.MOST_WAITING = {"interactive": 100}
    headers = factories.bearer(instructor, *ALL)
    Client().get(SUBMISSIONS, headers=headers)
    for _ in range(2):
        for _ in range(10):
            factories.submission(instructor, xor)
        with django_assert_num_queries(2):
            Client().get(SUBMISSIONS, headers=headers)


def test_nobody_is_401_and_told_how_to_sign_in(xor: Exercise) -> None:
    response = Client().get(SUBMISSIONS)

    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Bearer a b"])
def test_a_bad_token_is_401(xor: Exercise, header: str) -> None:
    assert_problem(Client().get(SUBMISSIONS, headers={"Authorization": header}), 401, "authentication_failed")


def test_a_revoked_token_is_401(student: Enrolment) -> None:
    headers = factories.bearer(student, *ALL)
    ApiToken.objects.update(revoked_at="2020-01-01T00:00Z")

    assert_problem(Client().get(SUBMISSIONS, headers=headers), 401, "authentication_failed")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", SUBMISSIONS),
        ("post", SUBMISSIONS),
        ("get", "/api/v1/exercises/"),
        ("get", "/api/v1/courses/"),
        ("get", "/api/v1/grades/"),
    ],
)
def test_a_token_without_the_scope_is_403(student: Enrolment, method: str, url: str) -> None:
    response = getattr(Client(), method)(
        url, content_type="application/json", headers=factories.bearer(student)
    )

    assert_problem(response, 403, "permission_denied")


@pytest.mark.parametrize("url", [SUBMISSIONS, "/api/v1/me/", "/api/v1/exercises/xor-weights/"])
def test_a_wrong_method_is_405(student: Enrolment, url: str) -> None:
    assert_problem(Client().delete(url, headers=factories.bearer(student, *ALL)), 405, "method_not_allowed")


def test_the_instant_check_needs_no_sign_in_stores_nothing_and_runs_no_hidden_check(xor: Exercise) -> None:
    response = Client().post(CHECK, {"answer": factories.LECTURE}, "application/json")

    checks = response.json()["checks"]
    assert response.status_code == 200
    assert checks
    assert not any(check["hidden"] for check in checks)
    assert Submission.objects.count() == 0


def test_the_instant_check_is_throttled(xor: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"check": "2/min"})
    responses = [Client().post(CHECK, {"answer": factories.LECTURE}, "application/json") for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert int(responses[-1]["Retry-After"]) >= 1


def test_an_exercise_is_described_without_its_reference(student: Enrolment, xor: Exercise) -> None:
    response = Client().get("/api/v1/exercises/xor-weights/", headers=factories.bearer(student, *ALL))

    body = response.json()
    assert body["blank_answer"]["weights"]["0.weight"] == [[0, 0], [0, 0]]
    assert sum(check["points"] for check in body["checks"]) == pytest.approx(100)
    for secret in ("reference", "traps", "patterns", "seed"):
        assert secret not in body


def test_grades_and_me_describe_the_person(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    headers = factories.bearer(student, *ALL)

    grades = Client().get("/api/v1/grades/", headers=headers).json()
    me = Client().get("/api/v1/me/", headers=headers).json()

    assert grades["course"] == "autumn"
    assert next(row for row in grades["exercises"] if row["exercise"] == "xor-weights")["best"] == 100
    assert me["enrolments"] == [{"course": "autumn", "role": "student"}]


def test_grades_of_a_foreign_course_are_404(student: Enrolment) -> None:
    response = Client().get("/api/v1/grades/?course=elsewhere", headers=factories.bearer(student, *ALL))

    assert_problem(response, 404, "not_found")


def test_a_browser_session_needs_a_csrf_token(student: Enrolment, xor: Exercise) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(student.user, factories.BACKEND)

    response = client.post(
        SUBMISSIONS, {"exercise": "xor-weights", "answer": factories.LECTURE}, "application/json"
    )

    assert_problem(response, 403, "permission_denied")


def test_an_unknown_address_under_the_api_is_a_problem_too(db: None) -> None:
    assert_problem(Client().get("/api/v1/nothing/"), 404, "not_found")


def test_the_docs_page_lists_every_operation(db: None, signed_in: Callable[..., Client]) -> None:
    page = Client().get("/api/docs/").content.decode()

    for address in ("/api/v1/submissions/", "/api/v1/exercises/{id}/check/", "/api/v1/me/"):
        assert address in page
