"""Say why a descent did not arrive: it left, hops about, stands still, or ran out of steps."""

from collections.abc import Mapping
from itertools import pairwise

from exercises.grading.fields import show_number
from exercises.grading.kinds.descent_walks import Trial, write_value
from exercises.grading.planning import Answer

LATE = 0.25
OFTEN = 0.2
STILL = 0.01
BY_OWN_SIZE = ("adam", "rmsprop", "adagrad")


def diagnose(trial: Trial, answer: Answer, optimizers: Mapping[str, str]) -> list[str]:
    """List what went wrong with the walk, in one or two sentences; `optimizers` is by run."""
    title, notes = trial.run.title, []
    if trial.settings.get("momentum") == 0:
        notes.append(f"{title}: with momentum 0 this is plain gradient descent.")
    left = trial.walk.left_at()
    if left is not None:
        return [*notes, f"{title}: {_left(trial, left, answer, optimizers)}"]
    return [*notes, f"{title}: {_stayed(trial)}"]


def _left(trial: Trial, step: int, answer: Answer, optimizers: Mapping[str, str]) -> str:
    rate = trial.settings["lr"]
    words = f"it diverges at step {step:,}: every step overshoots by more than the one before."
    if trial.run.optimizer in BY_OWN_SIZE:
        return f"{words} Take a smaller learning rate than {show_number(rate)}."
    if any(answer["runs"][name]["lr"] == rate for name, kind in optimizers.items() if kind in BY_OWN_SIZE):
        words += " You gave it the learning rate of an optimizer that divides the slope by its own size."
    less = " or less momentum" if trial.settings.get("momentum") else ""
    return (
        f"{words} Here a step is the rate times the slope, and the slope at the start is "
        f"{write_value(trial.slope(0))}: take a smaller rate than {show_number(rate)}{less}."
    )


def _stayed(trial: Trial) -> str:
    values, rate = trial.values(), show_number(trial.settings["lr"])
    late = values[-max(2, int(LATE * len(values))) :]
    steps, rises = len(late) - 1, sum(after > before for before, after in pairwise(late))
    if rises > OFTEN * steps:
        return (
            f"it hops about: in the last {steps:,} steps f rose {rises:,} times. The steps are too long for "
            f"the bottom of the valley; a smaller learning rate than {rate} settles."
        )
    if late[0] - late[-1] < STILL * late[-1]:
        return (
            f"it stands still at f = {write_value(values[-1])}, where the slope is only "
            f"{write_value(trial.slope(-1))}. Look at what the first steps did."
        )
    return (
        f"it is on its way, but too slow: over the last {steps:,} steps f fell from {write_value(late[0])} "
        f"to {write_value(late[-1])}. A larger learning rate than {rate} gets further in as many steps."
    )
