"""Snapshots are laid out as a review reads templates."""

from __future__ import annotations

from pathlib import Path

from stacks.settings import ENVIRONMENTS
from tools.review.templates import read_environments
from tools.snapshots import SNAPSHOTS, copy_templates


def test_each_snapshot_is_a_stack_of_its_environment(tmp_path: Path) -> None:
    copy_templates(SNAPSHOTS, tmp_path)
    environments = read_environments(tmp_path)
    assert environments.keys() == set(ENVIRONMENTS)
    assert {"api", "storage", "upload"} <= environments["prod"].keys()
