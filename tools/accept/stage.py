"""Where a story plays: the deployment with its outputs and clients, what is cleaned up at the end, and waiting."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from typing import Any, TypeVar

from stacks.settings import Settings
from tools.accept.story import Differs, NotRun
from tools.api_client import ApiClient
from tools.deployment import ROOT, Deployment, api_client, stack_outputs

T = TypeVar("T")
PAUSE_SECONDS = 0.2
PAUSE_SECONDS_AWS = 2.0
"""Between two looks at something that changes by itself; AWS limits how often its control planes may be asked."""


class Stage:
    """What one story plays on.

    Parameters
    ----------
    deployment
        The environment and how to reach it.
    settings
        The settings of the environment.
    say
        Called with the current step, for progress output.
    """

    def __init__(self, deployment: Deployment, settings: Settings, say: Callable[[str], None]) -> None:
        self.deployment, self.settings, self.say = deployment, settings, say
        self.name = f"digits-{deployment.environment}-accept-{secrets.token_hex(3)}"
        """A name for what the story makes; no two stories have the same."""
        self.left: list[str] = []
        """What could not be cleaned up."""
        self._ends = ExitStack()
        self._outputs: dict[str, dict[str, str]] = {}
        self._clients: dict[str, Any] = {}

    def outputs(self, part: str) -> dict[str, str]:
        """The outputs of a part's stack; empty if it is not deployed."""
        if part not in self._outputs:
            self._outputs[part] = stack_outputs(self.deployment, part)
        return self._outputs[part]

    def client(self, service: str) -> Any:
        """A client of a service of AWS, with the caller's credentials."""
        if service not in self._clients:
            self._clients[service] = self.deployment.client(service)
        return self._clients[service]

    @cached_property
    def account(self) -> str:
        """The account that the caller is in."""
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def partition(self) -> str:
        """`aws`, or that of China or of a government's regions."""
        return str(self.deployment.session().get_partition_for_region(self.settings.region))

    @cached_property
    def api(self) -> ApiClient:
        """The API for services, as the caller.

        Raises
        ------
        NotRun
            If there is none.
        """
        if "ApiId" not in self.outputs("api"):
            msg = "there is no API for services: `services` is off in the settings"
            raise NotRun(msg)
        return api_client(self.deployment)

    @property
    def bucket(self) -> str:
        """The bucket of data and models."""
        return self.outputs("storage")["BucketName"]

    def physical_ids(self, part: str, resource_type: str) -> dict[str, str]:
        """Physical ids of a stack's resources of one type, by their logical ids."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        found = pages.paginate(StackName=self.deployment.stack(part))
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in found
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == resource_type
        }

    def program(
        self, module: str, *arguments: str, seconds: float, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the project's programs, and keep its output.

        Parameters
        ----------
        module, arguments
            What `python -m` runs.
        seconds
            How long it may take.
        variables
            Further variables of its environment.

        Raises
        ------
        Differs
            If it does not end in time.
        """
        command = [sys.executable, "-m", module, *arguments]
        environment = {**self.deployment.program_variables, **variables}
        try:
            return subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            msg = f"'python -m {module} {' '.join(arguments[:3])}' ends within {seconds:.0f} s"
            raise Differs(msg, "it still ran") from None

    def until(self, ready: Callable[[], T | None], what: str, *, seconds: float) -> T:
        """Wait for something that happens elsewhere, and return what `ready` found.

        Raises
        ------
        Differs
            If it has not happened after so many seconds.
        """
        pause = PAUSE_SECONDS if self.deployment.is_emulated else PAUSE_SECONDS_AWS
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            if time.monotonic() > deadline:
                raise Differs(f"{what} within {seconds:.0f} s", f"not yet, last seen: {found!r}")
            time.sleep(pause)
        return found

    def at_end(self, what: str, clean_up: Callable[..., object], *arguments: Any, **members: Any) -> None:
        """Have something cleaned up when the story ends, however it ends; the last is the first.

        Parameters
        ----------
        what
            What stays behind if that fails, such as "the queue NAME".
        clean_up, arguments, members
            What is called then.
        """

        def guarded() -> None:
            try:
                clean_up(*arguments, **members)
            except KeyboardInterrupt:
                self.left.append(f"{what} may still be there: its removal was interrupted")
            except Exception as error:  # noqa: BLE001 - whatever it is, the rest has to be cleaned up, too
                self.left.append(f"{what} is still there: {error}")

        self._ends.callback(guarded)

    def close(self) -> None:
        """Clean up."""
        self._ends.close()
