"""Each part can be left out by itself, and all of them: what is left refers to nothing that is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stacks.parts import CORE, SMALLEST, Parts
from stacks.policy.rules import check_policies
from stacks.settings import DEV, LOCAL, PROD, Settings
from stacks.shared.errors import ConfigurationError
from stacks.training.settings import TrainingSchedule, TrainingSettings
from tests.support.assemblies import Assembly, as_text, make_app
from tests.synth.test_operations import alarms_of, dashboard_of

NAMES = [field.name for field in fields(Parts)]
WITHOUT = {
    "stream": {"stream"},
    "uploads": {"upload"},
    "people": {"identity", "web"},
    "operations": {"operations"},
    "notebook": {"notebook"},
    "pipeline": set(),
}
"""Stacks that a part takes with it."""

Leave = Callable[[str], Assembly]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Leave:
    """A function that synthesises `prod` without a part, once, with all policy rules."""

    @cache
    def leave(part: str) -> Assembly:
        settings = replace(PROD, parts=replace(PROD.parts, **{part: False}))
        return synthesised(settings, tmp_path_factory.mktemp(part))

    return leave


def synthesised(settings: Settings, folder: Path) -> Assembly:
    app = make_app(settings, folder)
    check_policies(app, settings)
    app.synth()
    return Assembly(settings=settings, folder=folder)


def stacks_in(assembly: Assembly) -> set[str]:
    prefix = assembly.settings.stack_name("")
    return {path.name.split(".")[0].removeprefix(prefix) for path in assembly.folder.glob("*.template.json")}


def titles_of(assembly: Assembly) -> set[str]:
    return {widget["properties"].get("title", "") for widget in dashboard_of(assembly)}


def test_what_a_field_takes_with_it_is_known() -> None:
    assert set(WITHOUT) == set(NAMES)
    for name, stacks in WITHOUT.items():
        assert set(Parts().stacks) - set(Parts(**{name: False}).stacks) == stacks


def test_dev_is_the_core_with_uploads_and_the_notebook() -> None:
    assert set(DEV.parts.stacks) == {*CORE, "upload", "notebook"}
    assert DEV.parts.left_out == ("stream", "people", "operations", "pipeline")
    assert (LOCAL.parts, PROD.parts) == (Parts(), Parts())


def test_the_smallest_is_the_core(tmp_path: Path) -> None:
    smallest = synthesised(replace(DEV, parts=SMALLEST), tmp_path)
    assert stacks_in(smallest) == set(CORE)
    assert "uploads" not in smallest.template_path("api").read_text()
    assert names_of("AWS::SageMaker::Pipeline", smallest) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", NAMES)
def test_a_part_left_out_is_in_no_template(part: str, without: Leave) -> None:
    assembly = without(part)
    assert stacks_in(assembly) == set(Parts().stacks) - WITHOUT[part]
    text = "".join(assembly.template_path(stack).read_text() for stack in stacks_in(assembly))
    for stack in WITHOUT[part]:
        assert assembly.settings.stack_name(stack) not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "alarms", "graphs"),
    [
        ("stream", {"stream-dead-letters", "stream-lag"}, {"Records", "Consumer"}),
        (
            "uploads",
            {"upload-dead-letters", "upload-queue-age", "uploads-failing", "announcements-failing"}
            | {"jobs-table-read-throttles", "worker-function-errors", "uploads-function-errors"},
            {"How uploads end", "Throttled tables", "Digits that were photographed"},
        ),
        ("people", {"people-api-errors", "people-api-slow", "sign-in-throttles"}, {"Sign-ins", "Site"}),
        ("pipeline", set(), {"Pipeline"}),
    ],
)
def test_operations_watch_what_is_there(
    part: str, alarms: set[str], graphs: set[str], without: Leave, prod: Assembly
) -> None:
    assert alarms <= set(alarms_of(prod))
    assert graphs <= titles_of(prod)
    assert alarms.isdisjoint(alarms_of(without(part)))
    assert graphs.isdisjoint(titles_of(without(part)))
    assert {"api-errors", "endpoint-errors", "prediction-function-errors"} <= set(alarms_of(without(part)))


@pytest.mark.slow
def test_without_people_there_is_one_api_and_no_token(without: Leave) -> None:
    assembly = without("people")
    assert len(names_of("AWS::ApiGateway::RestApi", assembly)) == 1
    assert names_of("AWS::ApiGateway::Authorizer", assembly) == []
    upload = assembly.template_path("upload").read_text()
    assert "COGNITO" not in upload
    assert "CorsConfiguration" not in upload


@pytest.mark.slow
def test_without_a_pipeline_jobs_are_started_by_hand_and_the_registry_stays(without: Leave) -> None:
    assembly = without("pipeline")
    template = assembly.template("training")
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert "AWS::SageMaker::Pipeline" not in kinds
    assert "AWS::SageMaker::ModelPackageGroup" in kinds
    roles = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::IAM::Role"]
    assert [name.startswith("JobRole") for name in roles] == [True]
    (parameter,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::SSM::Parameter")
    assert '"pipeline": null' in as_text(parameter["Properties"]["Value"])


def test_without_operations_nothing_is_measured_by_the_piece(assemblies: dict[str, Assembly]) -> None:
    assert not DEV.parts.operations
    for name, settings in (("dev", DEV), ("prod", PROD)):
        assembly = assemblies[name]
        for function in assembly.resources("AWS::Lambda::Function").values():
            variables = function["Properties"].get("Environment", {}).get("Variables", {})
            assert variables.get("POWERTOOLS_METRICS_DISABLED") == (None if settings.parts.operations else "true")
        for stage in assembly.resources("AWS::ApiGateway::Stage").values():
            (methods,) = stage["Properties"]["MethodSettings"]
            assert methods.get("MetricsEnabled", False) is settings.parts.operations


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on_new_data": True}, "training on_new_data is True; allowed is None or False where parts.pipeline is False"),
        (
            {"schedule": TrainingSchedule(expression="rate(7 days)", channels="channels/0f3a/")},
            "None or False where parts.pipeline is False",
        ),
    ],
)
def test_nothing_starts_a_pipeline_that_is_left_out(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        replace(DEV, training=TrainingSettings(**changes))
    assert sentence in str(caught.value)


def names_of(kind: str, assembly: Assembly) -> list[str]:
    """The logical ids of a type's resources, in all stacks."""
    return list(assembly.resources(kind))
