"""The paths below the folder that represents `/opt/ml`, and how the container would name them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OPT_ML = "/opt/ml"


@dataclass(frozen=True, kw_only=True)
class ContainerPaths:
    """Paths of one host of a training job.

    Parameters
    ----------
    opt_ml
        The folder that represents `/opt/ml`; absolute.
    """

    opt_ml: Path

    @property
    def model(self) -> Path:
        """What becomes `model.tar.gz`."""
        return self.opt_ml / "model"

    @property
    def output_data(self) -> Path:
        """What becomes `output.tar.gz`."""
        return self.opt_ml / "output" / "data"

    @property
    def failure(self) -> Path:
        """The reason of a failure."""
        return self.opt_ml / "output" / "failure"

    def channel(self, name: str) -> Path:
        """The folder of a channel's files."""
        return self.opt_ml / "input" / "data" / name

    def config(self, name: str) -> dict[str, Any]:
        """The content of a file of `/opt/ml/input/config`.

        Raises
        ------
        OSError, ValueError
            If it cannot be read, or is no JSON.
        """
        content: dict[str, Any] = json.loads((self.opt_ml / "input" / "config" / f"{name}.json").read_text("utf-8"))
        return content

    def checkpoints(self) -> Path | None:
        """The folder of checkpoints, if the job has any."""
        if not (self.opt_ml / "input" / "config" / "checkpointconfig.json").exists():
            return None
        path = self.config("checkpointconfig").get("LocalPath")
        return self.local(str(path)) if path else None

    def local(self, path: str) -> Path:
        """The real place of a path inside the container."""
        inside = Path(path)
        return self.opt_ml / inside.relative_to(_OPT_ML) if inside.is_relative_to(_OPT_ML) else inside

    def shown(self, text: str) -> str:
        """A text with paths as the container would print them."""
        return text.replace(str(self.opt_ml), _OPT_ML)
