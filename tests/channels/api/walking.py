"""Walks the OpenAPI document with made-up requests: no answer may be a failure of ours or break its form."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import hypothesis
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bihuan.site.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests leave the connection open, as those of Django's own test client do."""
    asked = (signals.request_started, signals.request_finished)
    for signal in asked:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in asked:
            signal.connect(close_old_connections)


@dataclass
class Walk:
    """Who asks (by which header), and what really is there to fill the blanks of paths with."""

    known: Sequence[str]
    there: Mapping[str, Sequence[str]]
    examples: int
    seed: int | None = None

    def run(self) -> dict[str, dict[int, int]]:
        """Walk every operation; how often each status came, by operation."""
        found: dict[str, dict[int, int]] = {}
        with one_connection():
            schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
            for result in schema.get_all_operations():
                operation = result.ok()
                found[operation.label] = self._operation(operation)
        return found

    def _operation(self, operation: schemathesis.APIOperation) -> dict[int, int]:
        seen: dict[int, int] = {}

        @settings(
            max_examples=self.examples,
            database=None,
            deadline=None,
            derandomize=self.seed is None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.data())
        def ask(case: schemathesis.Case, data: st.DataObject) -> None:
            for name, values in self.there.items():
                if name in (case.path_parameters or {}) and data.draw(st.integers(0, 3)):
                    case.path_parameters[name] = data.draw(st.sampled_from(values))
            headers = {
                "Authorization": data.draw(st.sampled_from(self.known)),
                "Accept-Encoding": "identity",
                "Accept-Language": data.draw(st.sampled_from(("en", "zh-CN"))),
            }
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1

        (ask if self.seed is None else hypothesis.seed(self.seed)(ask))()
        return seen
