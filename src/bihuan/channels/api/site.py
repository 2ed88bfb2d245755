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

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The name of the operation: that of its function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """The document; the forms of acts come from the engine."""
        made = super().get_openapi_schema(**more)
        lang = problems.language()
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
