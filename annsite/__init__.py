"""The site: wiring, and the small apps that are not about teaching."""

import os

from annsite.celery import app as celery_app
from engine.pinning import pin

pin(os.environ)

__all__ = ["celery_app"]
