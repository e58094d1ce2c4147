"""The site's own app: it holds the commands that an operator types."""

from django.apps import AppConfig


class AnnsiteConfig(AppConfig):
    name = "annsite"
    verbose_name = "Site"
