"""The API keeps to its own schema, whatever it is asked: schemathesis makes up requests, good and bad."""

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support.fixtures_backend import Api

Case = schemathesis.Case[Any]

# that the file is the API's is held by tests/unit/test_backend_settings.py
schema = schemathesis.openapi.from_path(Path(__file__).resolve().parents[2] / "backend" / "openapi.json")


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,  # the same requests each time: a red run can be looked into
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_answer_is_as_the_schema_says(case: Case, api: Api) -> None:
    # a cursor is opaque, and settings have to fit together: some of what the schema allows is refused, with a reason
    excluded: list[Any] = [positive_data_acceptance]
    if case.method == "PUT":
        # the contract reads settings from the environment too, and takes some texts for what they mean
        excluded.append(negative_data_rejection)
    case.call_and_validate(base_url=f"http://127.0.0.1:{api.port}", excluded_checks=excluded)
