"""The probes say what is missing."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_healthz_answers_while_the_process_lives() -> None:
    assert Client().get("/healthz").json() == {"status": "up"}


def test_readyz_names_what_is_missing_when_there_is_no_broker() -> None:
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": True, "broker": False, "worker": False, "content": True}


def test_the_status_page_says_the_same_to_people() -> None:
    page = Client().get("/status/").content.decode()

    assert "exercises published" in page
    assert "broker" in page
