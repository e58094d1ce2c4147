"""What others may want to know of graded work."""

from django.dispatch import Signal

submission_finished = Signal()
grade_overridden = Signal()
