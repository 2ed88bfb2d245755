"""The operations of the API, described from its own document, each to be tried by whoever is signed in."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bihuan.channels.api.site import api
from bihuan.web.addresses import address
from bihuan.web.programs.tokens import tabs
from bihuan.web.shell import Reader, show, staff

Json = Any
DEEPEST = 4


@require_safe
@staff
def operations(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every operation, by what it is about."""
    document = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Json]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            made = _operation(method, path, operation, document["components"]["schemas"])
            groups.setdefault(operation["tags"][0], []).append(made)
    context = {
        "tabs": tabs(reader, "operations"),
        "groups": [{"name": name, "operations": found} for name, found in groups.items()],
        "document_url": address("api:openapi-json"),
    }
    return show(request, reader, "programs/operations.jinja", context, at="programs")


def _operation(
    method: str, path: str, operation: dict[str, Json], schemas: dict[str, Json]
) -> dict[str, Json]:
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema")
    answers = next(
        (one.get("content", {}) for code, one in operation["responses"].items() if int(code) < 300),
        {},
    )
    answer = answers.get("application/json", {}).get("schema")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "parameters": [
            {
                "name": one["name"],
                "in": one["in"],
                "required": one.get("required", False),
                "about": one.get("description", ""),
            }
            for one in operation["parameters"]
        ],
        "body": _written(example(body, schemas)) if body else "",
        "is_upload": "multipart/form-data" in content,
        "answer": _written(example(answer, schemas)) if answer else "",
    }


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def example(schema: dict[str, Json], schemas: dict[str, Json], depth: int = 0) -> Json:
    """A value of that form: its example, its default, else one made of its type."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return example(schema[choice][0], schemas, depth)
    if "const" in schema:
        return schema["const"]
    if found := schema.get("examples") or schema.get("enum"):
        return found[0]
    if schema.get("default") is not None:
        return schema["default"]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        if depth > DEEPEST:
            return {}
        return {
            name: example(one, schemas, depth + 1)
            for name, one in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [] if depth > DEEPEST else [example(schema.get("items", {}), schemas, depth + 1)]
    return {"integer": 0, "boolean": False, "string": "…", "null": None}.get(str(kind))
