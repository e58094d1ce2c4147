"""Addresses of the graded work."""

from django.urls import path

from exercises import views

app_name = "exercises"
urlpatterns = [
    path("exercises/", views.exercise_list, name="exercise-list"),
    path("exercises/<slug:slug>/", views.exercise_detail, name="exercise-detail"),
    path("exercises/<slug:slug>/hints/<int:number>/", views.hint_take, name="hint-take"),
    path("submissions/<slug:public_id>/", views.submission_detail, name="submission-detail"),
    path("submissions/<slug:public_id>/status", views.submission_status, name="submission-status"),
    path("submissions/<slug:public_id>/cancel", views.submission_cancel, name="submission-cancel"),
    path("submissions/<slug:public_id>/review", views.submission_review, name="submission-review"),
    path("grades/", views.grade_list, name="grade-list"),
    path("grades/concepts/", views.concept_list, name="concept-list"),
]
