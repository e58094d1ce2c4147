"""Who am I, and which courses am I in."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annsite.accounts.models import Scope
from lessons.access import courses_of, enrolments_of
from lessons.api.serializers import CourseSerializer, MeSerializer
from lessons.models import Course


class MeView(APIView):
    """The person that the token belongs to."""

    scopes = {"GET": None}

    @extend_schema(
        operation_id="me", responses=MeSerializer, summary="The signed-in person and their courses"
    )
    def get(self, request: Request) -> Response:
        data = {"user": request.user, "enrolments": enrolments_of(request.user)}
        return Response(MeSerializer(data).data)


class CourseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Course]):
    """Courses that the person takes part in."""

    scopes = {"GET": Scope.COURSES_READ}
    serializer_class = CourseSerializer
    queryset = Course.objects.none()
    lookup_field = "slug"
    lookup_url_kwarg = "id"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"

    def get_queryset(self) -> Any:
        return courses_of(self.request.user)  # type: ignore[arg-type]
