"""The Celery application: a doorbell for the grading queue, which itself lives in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annsite.settings")

app = Celery("annsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
