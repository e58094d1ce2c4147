"""Addresses of the course."""

from django.urls import path

from lessons import views

app_name = "lessons"
urlpatterns = [
    path("", views.home, name="home"),
    path("learn/", views.syllabus, name="syllabus"),
    path("play/", views.playground, name="play"),
    path("search/", views.search_lessons, name="search"),
    path("glossary/", views.glossary, name="glossary"),
    path("lessons/<slug:slug>/", views.lesson_detail, name="lesson-detail"),
    path("lessons/<slug:slug>/mistake/", views.mistake_report, name="mistake-report"),
]
