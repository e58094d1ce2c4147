"""The probes say what is missing."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from annsite.celery import app
from exercises.worker.tally import note_sweep
from tests.conftest import NO_BROKER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker() -> Iterator[None]:
    """Take the broker away, where the run has one."""
    before = app.conf.broker_url
    app.conf.broker_url = NO_BROKER
    yield
    app.conf.broker_url = before


def test_healthz_answers_while_the_process_lives() -> None:
    assert Client().get("/healthz").json() == {"status": "up"}


def test_readyz_names_what_is_missing_when_there_is_no_broker() -> None:
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": True, "broker": False, "worker": False, "content": True}


def test_the_status_page_says_the_same_to_people() -> None:
    page = Client().get("/status/").content.decode()

    assert "exercises published" in page
    assert "Broker" in page


def test_the_status_page_says_whether_the_sweeper_sweeps() -> None:
    def row() -> str:
        return Client().get("/status/").content.decode().split("<td>Sweeper</td>")[1].split("</tr>")[0]

    before = row()
    note_sweep()

    assert "never swept" in before
    assert re.search(r"swept \d s ago", row())
