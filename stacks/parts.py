"""The parts of an environment beyond its core: each can be left out.

The core is always deployed: storage, training, inference and the HTTP API.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Which parts an environment has.

    Attributes
    ----------
    stream
        The stream of labelled digits, its consumer and its dead letters.
    uploads
        Uploads of pictures: the routes, the worker, and the channels that publish results.
    people
        The user pool, the web page, and the API for signed-in users.
    operations
        The dashboard, the alarms and their topic; and the metrics that cost by the piece: those that functions record,
        and those of each method of the API.
    notebook
        The notebook instance.
    pipeline
        The pipeline that trains, evaluates and registers models. The registry is there without it.
    """

    stream: bool = True
    uploads: bool = True
    people: bool = True
    operations: bool = True
    notebook: bool = True
    pipeline: bool = True

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of those that are not there."""
        return tuple(field.name for field in fields(self) if not getattr(self, field.name))

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks that are deployed, such as `storage`. The pipeline is in that of training."""
        chosen = {
            "stream": self.stream,
            "upload": self.uploads,
            "identity": self.people,
            "web": self.people,
            "notebook": self.notebook,
            "operations": self.operations,
        }
        return (*CORE, *(stack for stack, there in chosen.items() if there))


CORE = ("storage", "training", "inference", "api")
"""The stacks of every environment."""

SMALLEST = Parts(stream=False, uploads=False, people=False, operations=False, notebook=False, pipeline=False)
"""The core alone."""
