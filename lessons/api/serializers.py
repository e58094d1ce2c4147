"""Shapes of the course in the API."""

from typing import Any

from rest_framework import serializers

from lessons.models import Course, Enrolment, Role


class CourseSerializer(serializers.ModelSerializer[Course]):
    id = serializers.SlugField(source="slug", read_only=True)

    class Meta:
        model = Course
        fields = ["id", "title", "time_zone"]


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    course = serializers.SlugField(source="course.slug", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)

    class Meta:
        model = Enrolment
        fields = ["course", "role"]


class MeSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.get_full_name")
    email = serializers.CharField(source="user.email", help_text="May be empty")
    enrolments = EnrolmentSerializer(many=True)
