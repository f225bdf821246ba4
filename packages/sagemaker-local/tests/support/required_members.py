"""What botocore's description of an operation requires in its answer, and an answer may lack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape


def check(**event: Any) -> None:
    """Look at an answer as botocore has read it; a handler of its event `after-call`."""
    parsed: dict[str, Any] = event["parsed"]
    model: OperationModel = event["model"]
    if parsed["ResponseMetadata"]["HTTPStatusCode"] < 300:
        lacking = list(missing(model.output_shape, parsed))
        assert not lacking, f"{model.name} answers without {', '.join(lacking)}"


def missing(shape: Shape | None, answer: Any, path: str = "") -> Iterator[str]:
    """Paths of the required members that an answer lacks, in nested structures too."""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if answer.get(name) is not None:
                yield from missing(member, answer[name], f"{path}.{name}".lstrip("."))
            elif name in shape.required_members:
                yield f"{path}.{name}".lstrip(".")
    elif isinstance(shape, ListShape):
        for item in answer:
            yield from missing(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for item in answer.values():
            yield from missing(shape.value, item, f"{path}{{}}")
