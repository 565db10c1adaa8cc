"""The OpenAPI document is the contract: what it says is what the API does."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from moderation.models import Site, Status
from moderation.policy_versions.live import ensure_default
from moderation.wsgi import application
from tests.api.calls import call, get
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


def test_document_is_complete(api_key: str) -> None:
    document = get(None, "/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    text = str(document)
    for part in text.split("#/components/schemas/")[1:]:
        assert part.split("'")[0] in schemas
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == 13
    for operation in operations:
        assert operation["security"] == [{"Key": []}]
        assert {"401", "403", "422", "429", "503"} <= {str(c) for c in operation["responses"]}


def test_every_operation_needs_a_key(api_key: str) -> None:
    document = get(None, "/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            answer = call(method.upper(), path.replace("{", "").replace("}", ""), None, {})
            assert answer.status_code == 401, (method, path)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_generated_breaks_the_contract(
    api_key: str, daily: Site, make_comment: MakeComment
) -> None:
    ensure_default(daily)
    make_comment(external_id="0", status=Status.APPROVED)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    seen: set[str] = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        seen.add(operation.label)

        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def run(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {api_key}"}, checks=CHECKS)

        given(case=operation.as_strategy())(run)()
    assert len(seen) == 13
