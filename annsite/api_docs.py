"""The API's documentation page, made from the OpenAPI schema: the ready-made viewers break the strict CSP."""

from collections import defaultdict
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

SCHEMA_RENDERERS = [OpenApiJsonRenderer, OpenApiYamlRenderer]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, scope and answers."""
    schema = _schema()
    context = {
        "title": schema["info"]["title"],
        "version": schema["info"]["version"],
        "description": schema["info"]["description"],
        "groups": _groups(schema),
    }
    return render(request, "api_docs.html", context)


@cache
def _schema() -> dict[str, Any]:
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(public=True)
    return schema


def _groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            groups[path.split("/")[3]].append(_operation(method, path, operation))
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _operation(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "required": parameter.get("required", False),
                "description": parameter.get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "responses": [
            {"status": status, "description": response.get("description", "") or "OK"}
            for status, response in sorted(operation["responses"].items())
        ],
    }
