"""What commands say of a part that the settings leave out, and what becomes of its stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tools import people, redrive, site
from tools.deployment import Deployment, DeploymentError
from tools.left_out import remove_left_out, require_part, stacks_left_out, tell_left_out


@dataclass
class SmallCloudFormation:
    """Has stacks, and deletes them; those in `stuck` cannot be deleted."""

    stacks: list[str]
    stuck: frozenset[str] = frozenset()
    deleted: list[str] = field(default_factory=list)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        if StackName not in self.stacks:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        return {"Stacks": [{"StackName": StackName}]}

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803 - as botocore names it
        self.deleted.append(StackName)

    def get_waiter(self, _: str) -> SmallCloudFormation:
        return self

    def wait(self, *, StackName: str) -> None:  # noqa: N803 - as botocore names it
        if StackName in self.stuck:
            raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})


@dataclass(frozen=True, kw_only=True)
class SmallDeployment(Deployment):
    cloudformation: SmallCloudFormation

    def client(self, service: str) -> Any:
        return self.cloudformation


def deployment(folder: Path, wanted: list[str], *there: str, stuck: frozenset[str] = frozenset()) -> SmallDeployment:
    """A deployment of `dev` with stacks that are wanted, and stacks that are there."""
    found = SmallCloudFormation([*there, "somebody-elses-stream"], stuck)
    made = SmallDeployment(
        environment="dev", manifest=folder / "m.json", variables={}, folder=folder, cloudformation=found
    )
    made.assembly.mkdir()
    artifacts: dict[str, Any] = {f"digits-dev-{part}": {} for part in wanted}
    (made.assembly / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return made


EVERYTHING = [f"digits-dev-{part}" for part in ("storage", "api", "identity", "web", "stream", "operations")]


def test_stacks_that_are_there_and_not_wanted_are_found_in_the_order_of_their_removal(tmp_path: Path) -> None:
    made = deployment(tmp_path, ["storage", "api"], *EVERYTHING)
    assert stacks_left_out(made) == ["operations", "web", "identity", "stream"]


def test_they_are_named_with_what_removes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_left_out(deployment(tmp_path, ["storage", "api"], *EVERYTHING))
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines[0] == "The stack digits-dev-operations is still deployed, and the settings leave it out."
    assert len(lines) == 4
    assert last == "Remove what costs with: make destroy ENV=dev ARGS=--left-out"


def test_nothing_is_said_where_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_left_out(deployment(tmp_path, ["storage", "api"], "digits-dev-storage"))
    assert capsys.readouterr().out == ""


def test_they_are_removed_but_accounts_stay(tmp_path: Path) -> None:
    made = deployment(tmp_path, ["storage", "api"], *EVERYTHING)
    assert remove_left_out(made) == ["operations", "web", "stream"]
    assert made.cloudformation.deleted == ["digits-dev-operations", "digits-dev-web", "digits-dev-stream"]


def test_one_that_is_not_deleted_is_named(tmp_path: Path) -> None:
    made = deployment(tmp_path, ["storage"], *EVERYTHING, stuck=frozenset({"digits-dev-web"}))
    with pytest.raises(DeploymentError, match=r"CloudFormation did not delete digits-dev-web .*: read the reason"):
        remove_left_out(made)


def test_a_part_that_is_left_out_is_named_with_the_setting() -> None:
    require_part("local", "stream", subject="stream")
    with pytest.raises(DeploymentError) as caught:
        require_part("dev", "stream", subject="stream")
    assert str(caught.value) == (
        "dev has no stream: parts.stream is False in stacks/settings.py; set it to True, then run 'make deploy ENV=dev'"
    )


@pytest.mark.parametrize(
    ("main", "arguments", "said"),
    [
        (people.main, ["dev", "anna@example.com"], "dev has no users and no page: parts.people is False"),
        (site.main, ["publish", "dev"], "dev has no page: parts.people is False"),
    ],
)
def test_commands_ask_for_their_part_before_anything_else(
    main: Callable[[list[str]], int], arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) > 0
    assert capsys.readouterr().err.startswith(f"error: {said}")


def test_a_redrive_asks_for_uploads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(environment: str, part: str, *, subject: str) -> Deployment:
        raise DeploymentError(f"{environment} {part} {subject}")

    monkeypatch.setattr(redrive, "deployment_with", refuse)
    assert redrive.main(["prod"]) == 2
    assert capsys.readouterr().err == "error: prod uploads uploads\n"
