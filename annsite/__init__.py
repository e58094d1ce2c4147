"""The site: wiring, and the small apps that are not about teaching."""

from annsite.celery import app as celery_app

__all__ = ["celery_app"]
