"""What all AWS::SageMaker resource types of CloudFormation have in common: properties, create, update, delete, tags.

Each handler calls the same operations as boto3 does, so a stack meets the same rules and texts. Handlers run on a
worker thread and wait for the outcome there. The types build on these handlers in modules of their own;
`stack_resources` lists them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.service import SageMaker
from sagemaker_local.sagemaker.shapes import Json, coerce, operation_model

Created = tuple[str, Json]
MAX_NAME_LENGTH = 63


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One type: how it is called, and which changes need a new resource.

    Source of `keeps`: "Update requires: No interruption" in the CloudFormation reference.

    Parameters
    ----------
    kind
        Last part of the type's name, and what its operations are called by.
    keeps
        Properties that can be changed in place.
    operation_only
        Members of the Create request that are no properties.
    """

    kind: str
    keeps: frozenset[str]
    operation_only: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Name of the type."""
        return f"AWS::SageMaker::{self.kind}"

    @property
    def name_property(self) -> str:
        """Property and attribute that holds the resource's name."""
        return f"{self.kind}Name"

    @property
    def properties(self) -> frozenset[str]:
        """Every property that a template may set."""
        members = set(_members(f"Create{self.kind}"))
        return frozenset((members - self.operation_only) | self.keeps)

    @property
    def replacing(self) -> tuple[str, ...]:
        """Properties whose change needs a new resource."""
        return tuple(sorted(self.properties - self.keeps))


class ResourceHandlers:
    """Create, update and delete of one type.

    Parameters
    ----------
    resource_type
        The type.
    service
        The service that does the work.
    scope
        Gives account and region of the stack operation under way.
    wait
        Runs a coroutine on the event loop and waits for its result.
    generated_name
        Makes a name from stack name and logical id.
    """

    def __init__(
        self,
        resource_type: ResourceType,
        *,
        service: SageMaker,
        scope: Callable[[], Scope],
        wait: Callable[[Awaitable[Any]], Any],
        generated_name: Callable[[str, str], str],
    ) -> None:
        self._type, self._service = resource_type, service
        self._scope, self._wait, self._generated_name = scope, wait, generated_name

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Created:
        """Create the resource; returns its ARN and its attributes."""
        name = properties.get(self._type.name_property) or self._generated_name(stack_name, logical_id)
        request = self._request(f"Create{self._type.kind}", {**properties, self._type.name_property: name})
        arn = str(self._call(f"Create{self._type.kind}", request)[f"{self._type.kind}Arn"])
        return arn, self._attributes(arn)

    def update(self, arn: str, old: Json, new: Json, _stack_name: str) -> Created:
        """Change what can be changed in place: tags."""
        self._tag(arn, old, new)
        return arn, self._attributes(arn)

    def delete(self, arn: str, _properties: Json) -> None:
        """Delete the resource; one that is gone is fine."""
        name = arn.rpartition("/")[2]
        try:
            self._call(f"Delete{self._type.kind}", {self._type.name_property: name})
        except RuntimeError as error:
            if not any(words in str(error) for words in _GONE):
                raise

    def _attributes(self, arn: str) -> Json:
        """What `Fn::GetAtt` finds."""
        return {self._type.name_property: str(self._describe(arn)[self._type.name_property])}

    def _tag(self, arn: str, old: Json, new: Json) -> None:
        before, after = _tag_map(old), _tag_map(new)
        if gone := sorted(before.keys() - after.keys()):
            self._call("DeleteTags", {"ResourceArn": arn, "TagKeys": gone})
        if after:
            tags = [{"Key": key, "Value": value} for key, value in after.items()]
            self._call("AddTags", {"ResourceArn": arn, "Tags": tags})

    def _describe(self, arn: str) -> Json:
        return self._call(f"Describe{self._type.kind}", {self._type.name_property: arn.rpartition("/")[2]})

    def _request(self, operation: str, properties: Json) -> Json:
        """The properties as a request: only what the type knows, with strings turned into numbers."""
        unknown = sorted(properties.keys() - self._type.properties)
        if unknown:
            msg = (
                f"extraneous key [{unknown[0]}] is not permitted (allowed: {', '.join(sorted(self._type.properties))})"
            )
            raise ValueError(msg)
        known = {key: value for key, value in properties.items() if key in _members(operation)}
        shape = operation_model(operation).input_shape
        return known if shape is None else dict(coerce(shape, known))

    def _call(self, operation: str, request: Json) -> Json:
        """Call an operation, and word a refusal as CloudFormation shows it."""
        try:
            answer: Json = self._wait(self._service.call(self._scope(), operation, request))
        except ServiceError as error:
            msg = f"{error.message} (Service: SageMaker, Status Code: {error.status}, Error Code: {error.code})"
            raise RuntimeError(msg) from error
        return answer


_GONE = ("Could not find", "does not exist", "RecordNotFound")


def _members(operation: str) -> list[str]:
    shape = operation_model(operation).input_shape
    return list(shape.members) if shape else []


def _tag_map(properties: Json) -> dict[str, str]:
    return {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags") or []}
