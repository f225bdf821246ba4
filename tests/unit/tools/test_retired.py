"""What an endpoint ran before: found by its tag, kept while anything may return to it, removed in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tools.retired import Retired, find_retired, remove_retired

MINE = [{"Key": "digits:serving", "Value": "digits-dev"}]
OTHER = [{"Key": "digits:serving", "Value": "digits-prod"}]


class Account:
    """Both services: what is there, with tags, and what was removed in which order."""

    class exceptions:  # noqa: N801 - as botocore calls it
        class ClientError(Exception):
            """What a service says instead of a success."""

    def __init__(self, *, endpoint: dict[str, Any] | None) -> None:
        self.endpoint, self.removed = endpoint, list[str]()
        self.tags = {"new": MINE, "old": MINE, "older": MINE, "foreign": OTHER, "untagged": []}

    def describe_endpoint(self, **named: str) -> dict[str, Any]:
        if self.endpoint is None:
            msg = f"Could not find endpoint {named['EndpointName']}"
            raise self.exceptions.ClientError(msg)
        return self.endpoint

    def describe_endpoint_config(self, **named: str) -> dict[str, Any]:
        return {"ProductionVariants": [{"ModelName": named["EndpointConfigName"]}]}

    def describe_model(self, **named: str) -> dict[str, Any]:
        return {"ExecutionRoleArn": f"arn:aws:iam::111111111111:role/digits-dev/abc/{named['ModelName']}"}

    def get_paginator(self, operation: str) -> Any:
        account = self

        class Pages:
            def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
                kinds = {"list_models": "Model", "list_endpoint_configs": "EndpointConfig", "list_roles": "Role"}
                kind = kinds[operation]
                yield {f"{kind}s": [{f"{kind}Name": name, f"{kind}Arn": f"arn/{name}"} for name in account.tags]}

        return Pages()

    def list_tags(self, **named: str) -> dict[str, Any]:
        return {"Tags": self.tags[named["ResourceArn"].rpartition("/")[2]]}

    def list_role_tags(self, **named: str) -> dict[str, Any]:
        return {"Tags": self.tags[named["RoleName"]]}

    def list_role_policies(self, **named: str) -> dict[str, Any]:
        return {"PolicyNames": [f"{named['RoleName']} hosting"]}

    def delete_endpoint_config(self, **named: str) -> None:
        self.removed.append(f"config {named['EndpointConfigName']}")

    def delete_model(self, **named: str) -> None:
        self.removed.append(f"model {named['ModelName']}")

    def delete_role_policy(self, **named: str) -> None:
        self.removed.append(f"policy {named['PolicyName']} of {named['RoleName']}")

    def delete_role(self, **named: str) -> None:
        self.removed.append(f"role {named['RoleName']}")


def test_what_the_endpoint_runs_and_what_the_stack_owns_is_kept() -> None:
    """After a rollback that nobody noticed these two differ."""
    account = Account(endpoint={"EndpointConfigName": "old"})
    keep = frozenset({"arn:aws:sagemaker:us-east-1:111111111111:endpoint-config/NEW".lower(), "new"})
    found = find_retired(account, account, "digits-dev", keep)
    assert found == Retired(configurations=("older",), models=("older",), roles=("older",))


def test_what_the_endpoint_is_being_updated_to_is_kept() -> None:
    pending = {"EndpointConfigName": "new"}
    account = Account(endpoint={"EndpointConfigName": "old", "PendingDeploymentSummary": pending})
    assert find_retired(account, account, "digits-dev", frozenset()).models == ("older",)


class Undescribed(Account):
    """A caller who may describe no model."""

    def describe_model(self, **named: str) -> dict[str, Any]:
        pytest.fail(f"{named['ModelName']} is described")


def test_a_model_that_the_stack_owns_need_not_be_described() -> None:
    """A workflow may describe models with the tag only, and the first that it deploys may have had none."""
    account = Undescribed(endpoint={"EndpointConfigName": "new"})
    keep = frozenset({"arn:aws:sagemaker:us-east-1:111111111111:model/new", "new"})
    assert find_retired(account, account, "digits-dev", keep).models == ("old", "older")


def test_without_an_endpoint_all_of_it_goes_in_order() -> None:
    account = Account(endpoint=None)
    found = find_retired(account, account, "digits-dev", frozenset({"new", "older"}))
    remove_retired(account, account, found)
    assert account.removed == ["config old", "model old", "policy old hosting of old", "role old"]
