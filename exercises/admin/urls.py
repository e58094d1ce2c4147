"""Addresses of the pages of a course under /admin/teaching/."""

from django.contrib import admin
from django.urls import path

from exercises.admin.analytics import exercise_view, exercises_view, stuck_view
from exercises.admin.exports import gradebook_view
from exercises.admin.roster import roster_view, save_view

view = admin.site.admin_view

urlpatterns = [
    path("<slug:slug>/exercises/", view(exercises_view), name="course_exercises"),
    path("<slug:slug>/exercises/<slug:exercise>/", view(exercise_view), name="course_exercise"),
    path("<slug:slug>/stuck/", view(stuck_view), name="course_stuck"),
    path("<slug:slug>/gradebook.csv", view(gradebook_view), name="course_gradebook"),
    path("<slug:slug>/roster/", view(roster_view), name="course_roster"),
    path("<slug:slug>/roster/save/", view(save_view), name="course_roster_save"),
]
