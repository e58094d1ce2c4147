"""The site's own apps: the commands that an operator types, the admin, and the static files."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class AnnsiteConfig(AppConfig):
    name = "annsite"
    verbose_name = "Site"


class ThresholdAdminConfig(AdminConfig):
    default_site = "annsite.admin_site.ThresholdAdminSite"


class ThresholdStaticFilesConfig(StaticFilesConfig):
    """Leave out the pages of REST framework's browsable API, which this site does not offer."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework"]
