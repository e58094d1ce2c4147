"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "annsite.accounts"
    label = "accounts"
    verbose_name = "People"
