"""Rows of the graded work: exercises, submissions, and the ledger of grades."""

from exercises.models.exercise import Assignment, Exercise, ExerciseRevision
from exercises.models.grade import Grade, GradeChange
from exercises.models.submission import TRANSITIONS, Status, Submission

__all__ = [
    "TRANSITIONS",
    "Assignment",
    "Exercise",
    "ExerciseRevision",
    "Grade",
    "GradeChange",
    "Status",
    "Submission",
]
