"""The API as a whole: its operations, the words for them, and the document that describes it."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from bihuan import __version__
from bihuan.channels.api import (
    acts,
    administering,
    changing,
    customer,
    library,
    messages,
    mine,
    organisation,
    policies,
    problems,
    registering,
)
from bihuan.channels.api.act_schemas import act_schemas
from bihuan.channels.api.words import OPERATIONS, TITLE

Json = Any
ROUTERS = (
    registering.router,
    acts.router,
    mine.router,
    policies.router,
    organisation.router,
    library.router,
    administering.router,
    changing.router,
    customer.router,
    messages.router,
)


class Api(NinjaAPI):
    """Our API: operations are called in the reader's language, acts described from the table of acts."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._documents: dict[tuple[str, str], OpenAPISchema] = {}

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The name of the operation: that of its function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document in the reader's language, for reading only: it is made once."""
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        key = (path_prefix, problems.language())
        if key not in self._documents:
            self._documents[key] = self._document(*key)
        return self._documents[key]

    def _document(self, path_prefix: str, lang: str) -> OpenAPISchema:
        """The document; the forms of acts come from the engine."""
        made = super().get_openapi_schema(path_prefix=path_prefix)
        made["info"]["title"] = TITLE.in_(lang)
        made["components"]["schemas"].update(act_schemas())
        for path in made["paths"].values():
            for operation in path.values():
                operation["summary"] = OPERATIONS[operation["operationId"]].in_(lang)
        return made


api = Api(version=__version__, docs_url=None, openapi_url="/openapi.json", urls_namespace="api")
for _router in ROUTERS:
    api.add_router("", _router)
problems.handle(api)
