"""The exercise pages without a browser: status codes, what is kept, what is hidden."""

from collections.abc import Callable

import pytest
from django.test import Client

from exercises.models import Assignment, Exercise, Submission
from lessons.models import Enrolment
from tests import factories
from tests.factories import LECTURE_FIELDS

pytestmark = pytest.mark.django_db

URL = "/exercises/xor-weights/"
SignIn = Callable[[Enrolment], Client]


def test_a_good_answer_redirects_to_its_submission(student: Enrolment, signed_in: SignIn) -> None:
    response = signed_in(student).post(URL, LECTURE_FIELDS)

    assert response.status_code == 302
    assert response["Location"] == Submission.objects.get().get_absolute_url()


def test_the_key_of_the_form_makes_a_second_click_the_same_submission(
    student: Enrolment, signed_in: SignIn
) -> None:
    client, data = signed_in(student), LECTURE_FIELDS | {"idempotency_key": "one"}

    assert client.post(URL, data)["Location"] == client.post(URL, data)["Location"]
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "type a number"),
        ("twenty", "twenty"),
        ("2e6", "1,000,000"),
        ("nan", "nan"),
        ("1,5", "point"),
        ("٣", "٣"),
    ],
)
def test_a_bad_number_is_422_keeps_the_form_and_says_why(
    student: Enrolment, signed_in: SignIn, typed: str, words: str
) -> None:
    response = signed_in(student).post(URL, LECTURE_FIELDS | {"weights.2.bias[0]": typed})

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert page.count('value="20"') == 4
    assert Submission.objects.count() == 0


def test_pasted_json_is_used_instead_of_the_fields(student: Enrolment, signed_in: SignIn) -> None:
    pasted = '{"weights": {"0.weight": [[1,2],[3,4]], "0.bias": [5,6], "2.weight": [[7,8]], "2.bias": [9]}}'

    signed_in(student).post(URL, {"answer_json": pasted})

    assert Submission.objects.get().answer["weights"]["2.bias"] == [9]


@pytest.mark.parametrize(
    "pasted", ["{", '{"weights": NaN}', "[" * 5000, "null", '{"weights": {"2.bias": true}}']
)
def test_bad_pasted_json_is_422_and_kept(student: Enrolment, signed_in: SignIn, pasted: str) -> None:
    response = signed_in(student).post(URL, {"answer_json": pasted})

    assert response.status_code == 422
    assert Submission.objects.count() == 0


def test_markup_in_an_answer_is_shown_as_text(student: Enrolment, signed_in: SignIn) -> None:
    attack = "<script>alert(1)</script>"

    page = signed_in(student).post(URL, LECTURE_FIELDS | {"weights.2.bias[0]": attack}).content.decode()

    assert attack not in page
    assert "&lt;script&gt;" in page


def test_no_attempts_left_is_409_with_the_reason(
    student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    Assignment.objects.create(course=student.course, exercise=xor, attempts=1)
    factories.submission(student, xor)

    response = signed_in(student).post(URL, LECTURE_FIELDS)

    assert response.status_code == 409
    assert "used your only attempt" in response.content.decode()


def test_somebody_outside_every_course_may_check_but_not_submit(
    db: None, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(factories.person("outsider"))

    assert client.post(URL, LECTURE_FIELDS).status_code == 403
    assert client.post(URL, LECTURE_FIELDS | {"action": "check"}).status_code == 200
    assert Submission.objects.count() == 0


def test_a_huge_answer_is_not_kept_for_after_the_sign_in(db: None) -> None:
    client = Client()

    client.post(URL, LECTURE_FIELDS | {"answer_json": "x" * 30_000})

    assert "pending_answer:xor-weights" not in client.session


def test_the_page_gives_away_neither_reference_nor_traps(
    student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    assert xor.revision is not None
    page = signed_in(student).get(URL).content.decode()

    for trap in xor.revision.spec["traps"]:
        assert trap["message"] not in page
    assert "-30" not in page


def test_the_worked_solution_appears_with_full_points_only(
    student: Enrolment, other_student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    factories.graded(other_student, xor, factories.WRONG_WIRING)

    assert "Worked solution" in signed_in(student).get(URL).content.decode()
    assert "Worked solution" not in signed_in(other_student).get(URL).content.decode()


def test_the_status_fragment_says_when_to_ask_again_and_when_it_is_done(
    student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    client = signed_in(student)
    waiting = factories.submission(student, xor)
    first = client.get(f"{waiting.get_absolute_url()}status")

    graded = factories.graded(student, xor)
    last = client.get(f"{graded.get_absolute_url()}status")

    assert (first["X-Poll-After"], first.get("X-Done")) == ("1", None)
    assert (last["X-Done"], last.get("X-Poll-After")) == ("1", None)
    assert "no-store" in first["Cache-Control"]
    assert "place 1" in first.content.decode()


def test_every_page_carries_the_strict_policy(db: None) -> None:
    policy = Client().get(URL)["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
