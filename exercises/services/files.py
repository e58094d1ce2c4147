"""Read an uploaded file as an answer; the file itself is not kept."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from exercises.grading.files import MAX_FILE, AnswerFile, answer_of_file
from exercises.models import Exercise
from exercises.queries.specs import spec_for
from lessons.models import Enrolment


def read_upload(
    *, exercise: Exercise, enrolment: Enrolment | None, upload: UploadedFile
) -> tuple[object, dict[str, Any]]:
    """Return the raw answer in a file, and what is kept of the file; AnswerRefused names what is wrong."""
    file = AnswerFile(upload.name or "", upload.read(MAX_FILE + 1))
    return answer_of_file(spec_for(exercise, enrolment), file), file.source()
