"""The site's own apps: one holds the commands that an operator types, one is the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AnnsiteConfig(AppConfig):
    name = "annsite"
    verbose_name = "Site"


class ThresholdAdminConfig(AdminConfig):
    default_site = "annsite.admin_site.ThresholdAdminSite"
