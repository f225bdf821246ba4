"""Snapshots are laid out as a review reads templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.settings import ENVIRONMENTS
from tools.review.templates import read_environments
from tools.snapshots import SNAPSHOTS, copy_templates, kept_when_interrupted


def test_each_snapshot_is_a_stack_of_its_environment(tmp_path: Path) -> None:
    copy_templates(SNAPSHOTS, tmp_path)
    environments = read_environments(tmp_path)
    assert environments.keys() == set(ENVIRONMENTS)
    assert {"api", "storage", "upload"} <= environments["prod"].keys()


def test_ctrl_c_leaves_the_snapshots_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (folder / "one.json").write_text("1")
    (folder / "two.json").write_text("2")

    def interrupted() -> None:
        (folder / "one.json").unlink()
        (folder / "two.json").write_text("other")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), kept_when_interrupted(folder):
        interrupted()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"one.json": "1", "two.json": "2"}
