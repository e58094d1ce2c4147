"""Child processes under supervision: started together, restarted when they die, ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STOP_SECONDS = 15.0
STABLE_SECONDS = 10.0
LONGEST_PAUSE = 5.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One service: its command, and the process that runs it now."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: str | None = None
    cwd: str | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        output = open(self.log, "ab") if self.log else None  # noqa: SIM115
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  (no threads)
        )
        if output:
            output.close()
        self.started_at = time.monotonic()

    def died(self) -> int | None:
        """Return the exit code of a process that has ended."""
        return self.process.poll() if self.process else None


class Supervisor:
    """Keep the children running until told to stop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.children: list[Child] = []
        self.say = say
        self.stopping = False

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def tend(self) -> None:
        """Restart what has died, at once the first time and after a growing pause when it keeps dying."""
        for child in self.children:
            code = child.died()
            if code is None or self.stopping:
                continue
            now = time.monotonic()
            if child.restart_at == 0.0:
                child.deaths = 0 if now - child.started_at > STABLE_SECONDS else child.deaths + 1
                pause = min(LONGEST_PAUSE, 0.5 * child.deaths)
                child.restart_at = now + pause
                self.say(f"{child.name} died ({describe(code)}); starting it again in {pause:g} s")
            if now >= child.restart_at:
                child.restart_at = 0.0
                child.start()

    def stop(self) -> None:
        """End the children, last started first: the broker goes last."""
        self.stopping = True
        for child in reversed(self.children):
            end(child)


def describe(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def end(child: Child) -> None:
    process = child.process
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the supervisor dies, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
