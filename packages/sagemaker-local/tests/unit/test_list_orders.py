"""What the List operations answer without SortBy and SortOrder: the defaults of botocore's descriptions."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sagemaker_local import sagemaker
from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.model_registry.registry import ModelRegistry
from sagemaker_local.sagemaker.operations import OPERATIONS
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.service import SageMaker
from sagemaker_local.sagemaker.shapes import operation_model

SOURCE = Path(sagemaker.__file__).parent
SORTED = [
    "ListEndpointConfigs",
    "ListEndpoints",
    "ListHyperParameterTuningJobs",
    "ListModelPackageGroups",
    "ListModelPackages",
    "ListModels",
    "ListNotebookInstanceLifecycleConfigs",
    "ListNotebookInstances",
    "ListPipelines",
    "ListProcessingJobs",
    "ListTrainingJobs",
]
BY_NAME = ("ListNotebookInstances",)
"""Sorted by name, in an order that is not documented: here from A on."""


def documented(operation: str, member: str) -> str | None:
    """The default of a member of a List operation, as its description has it."""
    members = cast("Any", operation_model(operation).input_shape).members
    text = re.sub(r"<[^>]*>", "", members[member].documentation) if member in members else ""
    found = re.search(r"default is (\w+)", text)
    return found[1] if found else None


@pytest.mark.parametrize("operation", SORTED)
def test_defaults_are_the_documented_ones(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def page(_items: Any, _request: Any, *, name_key: str, default_sort: str, default_order: str) -> Any:
        assert name_key
        asked.append((default_sort, default_order))
        return [], None

    monkeypatch.setattr("sagemaker_local.sagemaker.listing.page", page)
    control = ControlPlane(Scope(account="123456789012", region="us-east-1"), lambda: 0.0)
    asyncio.run(_call(operation, control, {}))
    ((sort, order),) = asked
    by = {"CreatedTime": "CreationTime"}.get(named := documented(operation, "SortBy") or sort, named)
    assert (sort, order) == (by, documented(operation, "SortOrder") or order)
    assert operation not in BY_NAME or order == "Ascending"


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name.startswith("List")])
def test_no_filter_is_ignored(operation: str) -> None:
    members = cast("Any", operation_model(operation).input_shape).members
    source = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    assert [name for name in members if f'"{name}"' not in source] == []


def test_versions_of_a_model_come_in_their_order() -> None:
    ticks = iter(range(1, 100))
    control = ControlPlane(Scope(account="123456789012", region="us-east-1"), lambda: float(next(ticks)))
    registry = control.resources(ModelRegistry)
    for name in ("zz-0", "zz-1"):
        registry.create_group({"ModelPackageGroupName": name})
    for _ in range(2):
        registry.create_package({"ModelPackageGroupName": "zz-0"})
    groups = asyncio.run(_call("ListModelPackageGroups", control, {}))["ModelPackageGroupSummaryList"]
    versions = asyncio.run(_call("ListModelPackages", control, {"ModelPackageGroupName": "zz-0"}))
    shared = asyncio.run(_call("ListModelPackageGroups", control, {"CrossAccountFilterOption": "CrossAccount"}))
    assert [group["ModelPackageGroupName"] for group in groups] == ["zz-0", "zz-1"]
    assert shared["ModelPackageGroupSummaryList"] == []
    assert [each["ModelPackageVersion"] for each in versions["ModelPackageSummaryList"]] == [1, 2]


async def _call(operation: str, control: ControlPlane, request: dict[str, Any]) -> dict[str, Any]:
    no_jobs = SimpleNamespace(jobs={})
    jobs = SimpleNamespace(training=lambda _: no_jobs, processing=lambda _: no_jobs)
    return await OPERATIONS[operation](cast("SageMaker", SimpleNamespace(jobs=jobs)), control, request)
