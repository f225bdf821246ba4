"""What the real training container did with given inputs: laid out as files, and made comparable.

`tests/contract/training_container_recordings.json` holds inputs and outcomes of the container's own code (see
docs/training-container-contract.md). Times, addresses and what the libraries' versions decide are masked, and so are
the numbers in the names of links, which differ in each process.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from sagemaker_local.container.training import failure

_PATH = Path(__file__).parents[1] / "contract" / "training_container_recordings.json"
_ONE_HOST = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}
_SAVED = ("model", "output", "checkpoints")


@cache
def recordings() -> dict[str, Any]:
    """The data and cases of the recordings."""
    content: dict[str, Any] = json.loads(_PATH.read_text("utf-8"))
    lines = content["lines"]  # each line is written once
    for case in content["cases"]:
        recorded = case["recorded"]
        recorded["logged"] = [lines[number] for number in recorded["logged"]]
        if recorded["failure"] is not None:
            recorded["failure"] = "\n".join(lines[number] for number in recorded["failure"])
    return content


def case_named(name: str) -> dict[str, Any]:
    """The case of that name."""
    return next(found for found in recordings()["cases"] if found["name"] == name)


def lay_out(opt_ml: Path, case: dict[str, Any]) -> None:
    """Write the configuration and data of a case below a folder that stands for `/opt/ml`."""
    for folder in ("input/config", "input/data", "output/data", "model"):
        (opt_ml / folder).mkdir(parents=True)
    for name, key in case["files"].items():
        _put(opt_ml / "input/data", name, key)
    configuration = {
        "hyperparameters": case["hyperparameters"],
        "inputdataconfig": case["channels"],
        "resourceconfig": case.get("resources", _ONE_HOST),
        "checkpointconfig": case.get("checkpointconfig"),
    }
    for name, content in configuration.items():
        if content is not None:
            (opt_ml / f"input/config/{name}.json").write_text(json.dumps(content), encoding="utf-8")
    if "checkpoints" in case:
        (opt_ml / "checkpoints").mkdir()
        for name, key in case["checkpoints"].items():
            _put(opt_ml / "checkpoints", name, key)


def _put(folder: Path, name: str, key: str | None) -> None:
    path = folder / name
    if key is None:
        path.mkdir(parents=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = recordings()["data"][key]
    path.write_bytes(base64.b64decode(content["base64"]) if isinstance(content, dict) else content.encode())


def saved(opt_ml: Path) -> dict[str, str]:
    """sha256 of every file that a host has left, by its path."""
    paths = [path for folder in _SAVED for path in sorted((opt_ml / folder).rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(opt_ml)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.name != "failure"
    }


def masked(text: str) -> str:
    """A text without what differs from run to run."""
    text = re.sub(r"\[\d\d:\d\d:\d\d\]", "[time]", text)
    text = re.sub(r"(  \[bt\].*\n?)+", "  [bt]\n", text)
    text = re.sub(r"(/sagemaker_xgboost_input_data/[^\s']*?)-?\d{8,}", r"\1N", text)
    return re.sub(r"0, x(, [0-9a-f])+, >", "0, x, >", text)


def masked_failure(text: str) -> str:
    """A failure text without frames of libraries, whose versions may differ."""
    text = masked(text).replace(failure.entry_frames(), "{entry}")
    text = re.sub(r'  File "(?!\S*/sagemaker_)[^"]+", line \d+, in .*\n(?:    .*\n)*', "", text)
    text = re.sub(r'  File "\S*/(recordio_protobuf|custom_metrics)\.py", line \d+, in .*\n(?:    .*\n)*', "", text)
    return re.sub(
        r"Traceback \(most recent call last\):\nKeyError: 1\n\nThe above exception was the direct cause .*\n\n",
        "",
        text,
    )


def masked_log(text: str) -> list[str]:
    """The lines of a log without times, without the failure text, and without warnings of libraries."""
    text = re.sub(r"(?m)^\[[\d:-]+:([A-Z]+)\]", r"[\1]", masked(text))
    text = re.sub(r"(?s)\[ERROR\] framework error:.*", "[ERROR] framework error", text)
    text = re.sub(r"(?m)^\S+:\d+: \w+Warning: .*\n(?:(?!\[|\S+:\d+: \w+Warning: ).*\n)*", "", text)
    return text.splitlines()
