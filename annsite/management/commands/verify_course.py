"""Measure every exercise on many seeds, and keep the figures in docs/verification.md."""

import re
from argparse import ArgumentTypeError
from collections.abc import Iterable
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec
from exercises.grading.verification import Series, Spread, verify_exercise
from lessons.reading import VERIFIED, ContentInvalid, ExerciseFile, read_course

PAGE = "verification.md"
MOST_SEEDS = 1000
HEAD = """\
# How surely the exercises are marked

Written by `python manage.py verify_course --seeds 50 --write`; do not edit. Every reference and every
expected wrong answer (trap) is graded once for each seed, each time as another person's variant and with
other hidden data. “As promised” counts the references that got everything, and the traps that got their
message and did not pass. Where a check compares a number, the table says how far the mean lies from the mark,
in standard deviations of that number over the seeds (∞ where it does not vary). Seconds are of one processor.
"""
RECORD = """\
# Written by `python manage.py verify_course --write`; do not edit. The digest that each exercise's file had
# when it was measured on many seeds. sync_content does not prove again what still has this digest.
[digests]"""
SECTION = re.compile(r"^## (\S+)\n", re.MULTILINE)


class Command(BaseCommand):
    help = "Grade reference and traps of each exercise on many seeds; say how far from the mark they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("exercises", nargs="*", metavar="exercise", help="ids; all when none is given")
        parser.add_argument(
            "--seeds", type=_seeds, default=50, help="how many seeds, 2 to 1000; 50 if not said"
        )
        parser.add_argument("--jobs", type=int, default=1, help="how many exercises at a time")
        parser.add_argument("--folder", type=Path, default=settings.CONTENT_DIR, help="the content")
        parser.add_argument(
            "--write", action="store_true", help=f"keep the figures in docs/{PAGE}, and the digests"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files, specs = _read(options["folder"])
        chosen = options["exercises"] or list(specs)
        unknown = [name for name in chosen if name not in specs]
        if unknown:
            raise CommandError(f"there is no exercise {', '.join(unknown)}; there are {', '.join(specs)}")
        work = partial(_measure, seeds=options["seeds"])
        sections: dict[str, str] = {}
        sound: dict[str, str] = {}
        with get_context("spawn").Pool(options["jobs"]) as pool:
            for name, text, is_sound in pool.imap(work, [specs[name] for name in chosen]):
                sections[name] = text
                if is_sound:
                    sound[name] = files[name].digest
                self.stdout.write(text)
        if options["write"]:
            _write(settings.BASE_DIR / "docs" / PAGE, list(specs), sections)
            _record(options["folder"], files, sections.keys(), sound)
        if broken := len(chosen) - len(sound):
            raise CommandError(f"{broken} of {len(chosen)} exercises are not as promised")


def _seeds(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= MOST_SEEDS:
        raise ArgumentTypeError(f"{text}: a whole number from 2 to {MOST_SEEDS}")
    return int(text)


def _read(folder: Path) -> tuple[dict[str, ExerciseFile], dict[str, ExerciseSpec]]:
    """Read the exercises by id, in the order of the course."""
    try:
        files = {file.id: file for file in read_course(folder).exercises}
        return files, {name: read_spec(file.data) for name, file in files.items()}
    except (ContentInvalid, SpecInvalid) as error:
        raise CommandError(f"{error}; see what sync_content says") from error


def _measure(spec: ExerciseSpec, seeds: int) -> tuple[str, str, bool]:
    """Return the exercise's id, its section of the page, and whether all was as promised."""
    series = verify_exercise(spec, range(seeds))
    return spec.id, _section(spec, series, seeds), all(item.is_as_promised for item in series)


def _section(spec: ExerciseSpec, series: list[Series], seeds: int) -> str:
    slowest = max(sample.seconds for item in series for sample in item.samples)
    title = spec.title if spec.title.endswith(("?", ".")) else f"{spec.title}."
    lines = [
        f"## {spec.id}\n",
        f"{title} Kind `{spec.kind}`, {seeds} seeds; longest grade {slowest:.2g} s.\n",
        "| answer | as promised | points, % |",
        "|---|---|---|",
        *(f"| {item.name} | {_promised(item)} | {_points(item)} |" for item in series),
    ]
    compared = [line for item in series for line in _compared(item)]
    if compared:
        head = ["", "| answer | check | mark | mean | deviation | lowest to highest | distance |"]
        lines += [*head, "|---|---|---|---|---|---|---|", *compared]
    return "\n".join(lines) + "\n"


def _promised(item: Series) -> str:
    return f"{sum(item.promised)} of {len(item.samples)}"


def _points(item: Series) -> str:
    low, high = (f"{end(sample.per_cent for sample in item.samples):.3g}" for end in (min, max))
    return low if low == high else f"{low} to {high}"


def _compared(item: Series) -> Iterable[str]:
    for name, spread in item.spreads().items():
        ends = f"{spread.lowest:.4g} to {spread.highest:.4g}"
        numbers = f"{spread.mark:g} | {spread.mean:.4g} | {spread.deviation:.2g} | {ends}"
        yield f"| {item.name} | {name} | {numbers} | {_distance(spread)} |"


def _distance(spread: Spread) -> str:
    return "∞" if spread.distance is None else f"{spread.distance:.1f}"


def _write(page: Path, order: list[str], sections: dict[str, str]) -> None:
    """Put new sections into the page, keep those of exercises that were not measured, drop what is gone."""
    known = page.read_text(encoding="utf-8") if page.exists() else ""
    parts = SECTION.split(known)[1:]
    old = {name: f"## {name}\n{text}" for name, text in zip(parts[::2], parts[1::2], strict=True)}
    kept = old | sections
    text = "\n".join(kept[name].strip("\n") + "\n" for name in order if name in kept)
    page.write_text(f"{HEAD}\n{text}", encoding="utf-8")


def _record(
    folder: Path, files: dict[str, ExerciseFile], measured: Iterable[str], sound: dict[str, str]
) -> None:
    """Keep the digests of what was found sound; one that was measured and found otherwise loses its own."""
    known = read_course(folder).verified
    kept = {name: known[name] for name in files.keys() & known.keys() - set(measured)} | sound
    lines = [f'{name} = "{kept[name]}"' for name in files if name in kept]
    (folder / VERIFIED).write_text("\n".join([RECORD, *lines, ""]), encoding="utf-8")
