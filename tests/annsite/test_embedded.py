"""The site on one machine: what must be over before another may start."""

import os
import sys
import time
from pathlib import Path

import pytest

from annsite import embedded
from annsite.children import Child, Supervisor

SLOW_TO_END = """
import pathlib, signal, sys, time
def end(*_):
    time.sleep(0.5)
    pathlib.Path(sys.argv[1]).unlink()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""


def test_ctrl_c_waits_for_a_broker_that_removes_its_socket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = tmp_path / "broker.sock"
    broker = Child("broker", [sys.executable, "-c", SLOW_TO_END, str(socket)], os.environ)

    def start(supervisor: Supervisor) -> None:
        supervisor.add(broker)
        until = time.monotonic() + 20
        while not socket.exists():
            assert time.monotonic() < until, "the broker did not start"
            time.sleep(0.02)
        raise KeyboardInterrupt

    embedded.keep_running(Supervisor(embedded.say), start)

    assert broker.died() == 0
    assert not socket.exists()
    assert capsys.readouterr().out == "\nStopping.\n"


def test_a_site_that_cannot_start_ends_what_it_had_started() -> None:
    child = Child("child", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ)

    def start(supervisor: Supervisor) -> None:
        supervisor.add(child)
        raise embedded.CannotStart("not ready")

    with pytest.raises(embedded.CannotStart, match="not ready"):
        embedded.keep_running(Supervisor(embedded.say), start)

    assert child.died() is not None
