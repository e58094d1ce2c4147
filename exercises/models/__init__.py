"""Rows of the graded work: exercises, their delivery, submissions, and the ledger of grades."""

from exercises.models.delivery import (
    Assignment,
    Extension,
    FeedbackRule,
    GradePolicy,
    HintTaken,
    Pause,
    SolutionRule,
)
from exercises.models.exercise import Exercise, ExerciseRevision
from exercises.models.grade import Grade, GradeChange
from exercises.models.regrade import ItemStatus, Regrade, RegradeItem, RegradeState
from exercises.models.submission import (
    TRANSITIONS,
    AttemptRefund,
    Lane,
    ReviewRequest,
    Status,
    Submission,
)
from exercises.models.upkeep import Moment, Tally

__all__ = [
    "TRANSITIONS",
    "Assignment",
    "AttemptRefund",
    "Exercise",
    "ExerciseRevision",
    "Extension",
    "FeedbackRule",
    "Grade",
    "GradeChange",
    "GradePolicy",
    "HintTaken",
    "ItemStatus",
    "Lane",
    "Moment",
    "Pause",
    "Regrade",
    "RegradeItem",
    "RegradeState",
    "ReviewRequest",
    "SolutionRule",
    "Status",
    "Submission",
    "Tally",
]
