"""The Celery application: a doorbell for the grading queue, which itself lives in the database."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annsite.settings")

app = Celery("annsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Workers log as the settings say: with a receiver here Celery leaves logging alone."""
