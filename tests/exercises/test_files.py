"""Answers as files: the same answer, whatever it came in, and a clear word about what does not fit."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from engine.weights import save
from exercises.grading.files import MAX_FILE, AnswerFile, answer_of_file, file_formats
from exercises.grading.grade import parse_answer
from exercises.grading.parsing import AnswerRefused
from exercises.models import Exercise, Submission
from exercises.queries.specs import spec_of
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

LECTURE = {name: np.array(values, np.float32) for name, values in factories.LECTURE["weights"].items()}
FILES = {
    "w.json": json.dumps(factories.LECTURE).encode(),
    "bare.json": json.dumps(factories.LECTURE["weights"]).encode(),
    "w.npz": save(LECTURE, "npz"),
    "W.SAFETENSORS": save(LECTURE, "safetensors"),
}
SUBMISSIONS = "/api/v1/submissions/"


def plain_npz() -> bytes:
    """What np.savez writes."""
    target = io.BytesIO()
    np.savez(target, **{name: values.astype(np.float64) for name, values in LECTURE.items()})
    return target.getvalue()


def problem_of(exercise: Exercise, name: str, content: bytes) -> tuple[str, str]:
    spec = spec_of(exercise.revision_id)
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec, answer_of_file(spec, AnswerFile(name, content)))
    problem = refusal.value.problems[0]
    return problem.field, problem.message


@pytest.mark.parametrize("name", [*FILES, "numpy.npz"])
def test_every_format_gives_the_same_answer(name: str, xor: Exercise) -> None:
    spec = spec_of(xor.revision_id)
    content = FILES.get(name) or plain_npz()

    answer = parse_answer(spec, answer_of_file(spec, AnswerFile(name, content)))

    assert answer == parse_answer(spec, factories.LECTURE)


def test_a_program_sends_a_file_and_gets_full_points(student: Enrolment, xor: Exercise) -> None:
    headers = factories.bearer(student, "submissions.write")
    content = FILES["W.SAFETENSORS"]
    body = {"exercise": "xor-weights", "file": SimpleUploadedFile("../../W.SAFETENSORS", content)}

    response = Client().post(SUBMISSIONS, body, headers=headers)
    factories.grade_all()

    assert response.status_code == 202, response.content
    row = Submission.objects.get()
    assert row.grades.get().score == 100
    assert row.source == {
        "name": "W.SAFETENSORS",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


def test_the_instant_check_takes_a_file_without_an_account(xor: Exercise) -> None:
    address = reverse("api:exercise-check", args=["xor-weights"])

    response = Client().post(address, {"file": SimpleUploadedFile("w.npz", FILES["w.npz"])})

    assert response.status_code == 200
    assert all(check["passed"] for check in response.json()["checks"])
    assert not Submission.objects.exists()


def test_a_student_uploads_a_file_in_the_form_and_sees_its_name_on_the_receipt(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(student)
    upload = SimpleUploadedFile("<b>my</b> weights.npz", FILES["w.npz"])

    response = client.post(xor.get_absolute_url(), {"file": upload})
    factories.grade_all()

    page = client.get(response["Location"]).content.decode()
    assert "b&gt; weights.npz" in page
    assert "<b>my" not in page


def test_a_file_that_is_refused_keeps_what_was_typed_and_uses_no_attempt(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    upload = SimpleUploadedFile("w.npz", b"PK not really")
    body = {"file": upload, "weights.2.bias[0]": "-17"}

    response = signed_in(student).post(xor.get_absolute_url(), body)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#answer-file"' in page
    assert 'value="-17"' in page
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "field", "phrase"),
    [
        ("w.pickle", b"x", "file", "a name ending in .json, .npz, .safetensors"),
        ("w", b"x", "file", "a name ending in"),
        ("w.json", b"", "file", ""),
        ("w.json", b"\x80\x04\x95pickle", "file", ""),
        ("w.npz", FILES["w.json"], "file", ""),
        ("w.safetensors", FILES["w.npz"], "file", ""),
        ("w.json", b" " * (MAX_FILE + 1), "file", "larger than 5,000,000 bytes"),
        ("w.npz", save({"0.weight": np.zeros((2, 3))}, "npz"), "file.", ""),
        ("w.json", b'{"weights": {"0.weight": [[NaN]]}}', "file", "NaN"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    xor: Exercise, name: str, content: bytes, field: str, phrase: str
) -> None:
    found, message = problem_of(xor, name, content)

    assert found.startswith(field)
    assert phrase in message


def test_an_exercise_without_weights_takes_json_alone(db: None) -> None:
    gates = spec_of(Exercise.objects.get(slug="mp-gates").revision_id)
    training = spec_of(Exercise.objects.get(slug="xor-train").revision_id)

    assert file_formats(gates) == file_formats(training) == ("json",)
    config = training.reference["config"]
    bare = answer_of_file(training, AnswerFile("c.json", json.dumps(config).encode()))
    assert parse_answer(training, bare) == parse_answer(training, training.reference)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.npz", "passwd.npz"),
        ("C:\\fakepath\\w.json", "w.json"),
        ("a\x00\x1f\u202eb.npz", "ab.npz"),
        ("/", "file"),
        ("x" * 10_000, "x" * 100),
    ],
)
def test_a_name_is_made_harmless(sent: str, shown: str) -> None:
    assert AnswerFile(sent, b"").source()["name"] == shown


def test_an_upload_that_is_far_too_large_is_not_even_read(student: Enrolment, xor: Exercise) -> None:
    headers = factories.bearer(student, "submissions.write")
    body: dict[str, Any] = {"exercise": "xor-weights", "file": SimpleUploadedFile("w.npz", b"0" * 6_100_000)}

    response = Client().post(SUBMISSIONS, body, headers=headers)

    assert response.status_code in {400, 413}
    assert not Submission.objects.exists()
