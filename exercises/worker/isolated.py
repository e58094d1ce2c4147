"""Grade in a process of its own, with limits, a clock outside, and news on the way."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings

from engine.pinning import pin
from exercises.grading import alone

NEWS_SECONDS = 1.0
MOST_OUTPUT = 8_000_000

News = dict[str, Any] | None


class IsolatedError(Exception):
    """The process ended without a report; the message says how."""


class TooSlow(IsolatedError):
    """The process ran longer than any answer that passes the estimate should."""


class NotWanted(Exception):
    """Nobody waits for the grade any more."""


@dataclass(frozen=True)
class Graded:
    """What a grading gave, as plain JSON."""

    report: dict[str, Any]
    score: float
    max_score: float
    fingerprint: str


def grade_isolated(
    spec: dict[str, Any], answer: dict[str, Any], seed: int, keep: Callable[[News], bool]
) -> Graded:
    """Grade an answer by a specification as it is stored.

    `keep` is called about once a second with the newest progress, or None when there is none; when it
    returns False the process is ended and NotWanted raised. Raises TooSlow, and IsolatedError for whatever
    else ends the process without a report.
    """
    limits = {"seconds": settings.TRAINING_SECONDS, "megabytes": settings.GRADING_MEMORY_MB}
    job = json.dumps({"spec": spec, "answer": answer, "seed": seed, "limits": limits})
    process = subprocess.Popen(
        [sys.executable, "-I", str(alone.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env=_environment(),
        start_new_session=True,
    )
    try:
        _hand_over(process, job)
        return _listen(process, keep)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _environment() -> dict[str, str]:
    """Return the pinned arithmetic and nothing else: no keys, no addresses."""
    environment = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE",) if name in os.environ}
    pin(environment)
    return environment


def _hand_over(process: subprocess.Popen[bytes], job: str) -> None:
    """Write the job; a process that died before reading it is found out by listening."""
    stdin = _pipe(process.stdin)
    try:
        stdin.write(job.encode() + b"\n")
        stdin.flush()
    except BrokenPipeError:
        pass


def _listen(process: subprocess.Popen[bytes], keep: Callable[[News], bool]) -> Graded:
    """Follow the process until it gives a report, is not wanted, or is too slow."""
    deadline = time.monotonic() + settings.TRAINING_SECONDS
    news: News = None
    told = time.monotonic()
    for line in _lines(process):
        message = json.loads(line) if line else {}
        if "report" in message:
            return Graded(**message)
        news = message.get("progress", news)
        now = time.monotonic()
        if now >= deadline:
            raise TooSlow(f"no grade after {settings.TRAINING_SECONDS} s")
        if now - told >= NEWS_SECONDS:
            if not keep(news):
                raise NotWanted
            told, news = now, None
    raise _how_it_ended(process)


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield the lines that the process writes, and an empty one whenever it is silent for a while."""
    stdout = _pipe(process.stdout)
    pending, size = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(NEWS_SECONDS / 2):
                yield b""
                continue
            piece = os.read(stdout.fileno(), 65536)
            size += len(piece)
            if not piece:
                return
            if size > MOST_OUTPUT:
                raise IsolatedError(f"it wrote more than {MOST_OUTPUT:,} bytes")
            *lines, pending = (pending + piece).split(b"\n")
            yield from lines


def _how_it_ended(process: subprocess.Popen[bytes]) -> IsolatedError:
    code = process.wait(5)
    said = _pipe(process.stderr).read(20_000).decode(errors="replace").strip().splitlines()
    return IsolatedError(f"it ended with code {code}: {said[-1] if said else 'without a word'}")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe that the process was started with."""
    if pipe is None:
        raise IsolatedError("it was started without pipes")
    return pipe
