"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from annsite import api_docs, errors, metrics, probes

urlpatterns = [
    path("", include("lessons.urls")),
    path("", include("exercises.urls")),
    path("accounts/", include("annsite.accounts.urls")),
    path("api/v1/", include("annsite.api_urls")),
    path("api/docs/", api_docs.api_docs, name="api-docs"),
    path("admin/", admin.site.urls),
    path("help/", TemplateView.as_view(template_name="help.html"), name="help"),
    path("privacy/", TemplateView.as_view(template_name="privacy.html"), name="privacy"),
    path("status/", probes.status_page, name="status"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error
