"""Which stacks are removed, and which stay."""

from __future__ import annotations

import json
from pathlib import Path

from tools.deployment import KEPT, Deployment, synthesised_parts


def deployment(folder: Path, *parts: str) -> Deployment:
    """A deployment whose assembly holds the stacks of these parts, and what else the CDK writes."""
    made = Deployment(environment="dev", manifest=folder / "manifest.json", variables={}, folder=folder)
    names = [name for part in parts for name in (f"digits-dev-{part}", f"digits-dev-{part}.assets")]
    made.assembly.mkdir()
    (made.assembly / "manifest.json").write_text(json.dumps({"artifacts": {name: {} for name in [*names, "Tree"]}}))
    return made


def test_what_others_were_made_from_is_removed_last(tmp_path: Path) -> None:
    made = ("storage", "identity", "web", "training", "stream", "inference", "upload", "api", "operations", "notebook")
    parts = synthesised_parts(deployment(tmp_path, *made))
    assert parts == [
        "operations", "notebook", "api", "upload", "web", "identity", "inference", "stream", "training", "storage",
    ]  # fmt: skip


def test_a_part_that_is_not_in_the_settings_is_not_removed(tmp_path: Path) -> None:
    assert synthesised_parts(deployment(tmp_path, "storage", "api")) == ["api", "storage"]


def test_a_part_that_nobody_put_in_the_order_is_removed_first(tmp_path: Path) -> None:
    assert synthesised_parts(deployment(tmp_path, "storage", "new"))[0] == "new"


def test_data_and_registry_stay() -> None:
    assert set(KEPT) == {"storage", "training", "identity"}
