"""The graded work in the admin."""

from exercises.admin.delivery import AssignmentAdmin
from exercises.admin.exercises import ExerciseAdmin
from exercises.admin.extensions import ExtensionAdmin
from exercises.admin.pauses import PauseAdmin
from exercises.admin.regrades import RegradeAdmin
from exercises.admin.reviews import ReviewRequestAdmin
from exercises.admin.submissions import SubmissionAdmin

__all__ = [
    "AssignmentAdmin",
    "ExerciseAdmin",
    "ExtensionAdmin",
    "PauseAdmin",
    "RegradeAdmin",
    "ReviewRequestAdmin",
    "SubmissionAdmin",
]
