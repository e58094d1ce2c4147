"""What can go wrong with graded work, in three kinds: the student's, a limit, ours."""

from exercises.grading.parsing import AnswerRefused

__all__ = ["AnswerRefused", "GradedWorkError", "LimitReached", "OurFault", "StudentMistake"]


class GradedWorkError(Exception):
    """Base of the kinds below; `code` is stable, the message is for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StudentMistake(GradedWorkError):
    """Shown to the person with what to do next."""


class LimitReached(GradedWorkError):
    """A rule of the course stops this, such as the number of attempts.

    `retry_after` says in how many seconds the same answer would be taken, where time alone heals it.
    """

    def __init__(self, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after

    def http_status(self) -> int:
        """Return 429 where waiting helps the person, 503 where the whole line is full, else 409."""
        if self.retry_after is None:
            return 409
        return 503 if self.code == "line_full" else 429


class OurFault(GradedWorkError):
    """Logged; costs nobody an attempt."""
