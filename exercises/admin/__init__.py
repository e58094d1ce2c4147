"""The graded work in the admin."""

from exercises.admin.exercises import AssignmentAdmin, ExerciseAdmin
from exercises.admin.pauses import PauseAdmin
from exercises.admin.submissions import SubmissionAdmin

__all__ = ["AssignmentAdmin", "ExerciseAdmin", "PauseAdmin", "SubmissionAdmin"]
