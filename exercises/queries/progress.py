"""Where a submission stands: place in line, what is trained at the moment, and when to ask again."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from exercises.models import Lane, Status, Submission
from exercises.queries.line import Place, place_of

SENTENCES = {
    Status.GRADED: "Your answer is graded.",
    Status.FAILED: "We could not grade this answer. It is our fault and used no attempt; submit it again.",
    Status.CANCELLED: "This submission was cancelled and used no attempt.",
}
LONG_WAIT_SECONDS = 20
WIDTH, HEIGHT = 340, 120


@dataclass(frozen=True)
class Live:
    """A training under way: which run of how many, how far it is, and its loss as a line of a picture."""

    run: int
    runs: int
    per_cent: int
    loss: float | None
    line: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Progress:
    """One sentence, the steps, the place in line while waiting, and the training while one runs."""

    sentence: str
    steps: list[dict[str, str]]
    place: Place | None
    live: Live | None

    def poll_after(self) -> int:
        """Seconds until the page should ask again: soon while running, later at the end of a long line."""
        return max(1, min(10, self.place.number // 2)) if self.place else 1


def progress_of(submission: Submission) -> Progress:
    place = place_of(submission)
    live = _live(submission.progress) if submission.status == Status.RUNNING else None
    return Progress(_sentence(submission, place, live), _steps(submission, place, live), place, live)


def _sentence(submission: Submission, place: Place | None, live: Live | None) -> str:
    if live:
        return f"Training, run {live.run} of {live.runs}: {live.per_cent} % done."
    if submission.status == Status.RUNNING:
        return "Your answer is being graded."
    if place is None:
        return SENTENCES[Status(submission.status)]
    if place.pause:
        return f"Grading is paused: {place.pause} Your answer keeps its place."
    waited = (timezone.now() - submission.submitted_at).total_seconds()
    if waited > LONG_WAIT_SECONDS and submission.lane == Lane.INTERACTIVE:
        return (
            f"Place {place.number} in line. Taking longer than {LONG_WAIT_SECONDS} s: "
            "it is our queue, and no attempt is lost."
        )
    return f"Your answer is in line, place {place.number}{_about(place.seconds)}."


def _about(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds <= 1:
        return ", about a second"
    return f", about {seconds} s" if seconds < 120 else f", about {round(seconds / 60)} minutes"


def _steps(submission: Submission, place: Place | None, live: Live | None) -> list[dict[str, str]]:
    working = "Training" if submission.lane == Lane.TRAINING else "Grading"
    labels = ("Received", "In line", working, "Result")
    reached = {Status.QUEUED: 1, Status.RUNNING: 2}.get(Status(submission.status), len(labels))
    details = (
        "",
        f"place {place.number}" if place else "",
        f"run {live.run} of {live.runs}, {live.per_cent} %" if live else "",
        "",
    )
    return [
        {
            "label": label,
            "state": "done" if index < reached else "current" if index == reached else "todo",
            "detail": detail,
        }
        for index, (label, detail) in enumerate(zip(labels, details, strict=True))
    ]


def _live(progress: dict[str, Any] | None) -> Live | None:
    """Turn what the training reported into a picture."""
    if not progress:
        return None
    curve = [(float(step), float(loss)) for step, loss in progress.get("curve", [])]
    per_cent = round(100 * min(1.0, max(0.0, float(progress.get("done", 0)))))
    loss = curve[-1][1] if curve else None
    return Live(int(progress.get("run", 1)), int(progress.get("runs", 1)), per_cent, loss, _line(curve))


def _line(curve: list[tuple[float, float]]) -> str:
    """Write the points of a polyline that fills the picture; empty for fewer than two points."""
    if len(curve) < 2:
        return ""
    first, last = curve[0][0], curve[-1][0]
    low, high = min(loss for _, loss in curve), max(loss for _, loss in curve)
    wide, tall = (last - first) or 1.0, (high - low) or 1.0
    return " ".join(
        f"{(step - first) / wide * WIDTH:.1f},{(high - loss) / tall * (HEIGHT - 4) + 2:.1f}"
        for step, loss in curve
    )
