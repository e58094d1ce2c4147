"""Addresses under /api/v1/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from annsite import api_docs
from exercises.api.views import ExerciseViewSet, GradesView, SubmissionViewSet
from lessons.api.views import CourseViewSet, MeView

router = SimpleRouter()
router.register("courses", CourseViewSet, basename="course")
router.register("exercises", ExerciseViewSet, basename="exercise")
router.register("submissions", SubmissionViewSet, basename="submission")

app_name = "api"
urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("grades/", GradesView.as_view(), name="grades"),
    path("schema/", SpectacularAPIView.as_view(renderer_classes=api_docs.SCHEMA_RENDERERS), name="schema"),
    path("", include(router.urls)),
]
