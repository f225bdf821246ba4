"""`promote`: make a manifest the current one, after checking it against its archive and against the current one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import next_step, say, show, steps, wrote

if TYPE_CHECKING:
    from rich.table import Table

    from training.manifest import Manifest
    from training.promotion import Difference


def promote(
    manifest: Annotated[
        Path, typer.Argument(help="The manifest of a packaged model, such as build/model/manifest.json.")
    ],
    to: Annotated[
        Path, typer.Option(envvar="DIGITS_MANIFEST", help="The manifest that the stacks read.", dir_okay=False)
    ] = Path("models/current.json"),
    because: Annotated[
        str | None, typer.Option(help="Why a less accurate model is right; kept in the manifest.")
    ] = None,
) -> None:
    """Make a packaged model the current one: the one that the next deployment serves.

    The archive beside the manifest must hash to what the manifest says. A model less accurate than the current one is
    refused unless --because tells why. Promoting the same manifest again changes nothing.
    """
    from training.files import write_file
    from training.manifest import read_manifest
    from training.promotion import check_candidate, decide, differences

    with steps() as progress:
        progress.add_task("checking manifest and archive")
        candidate = read_manifest(manifest)
        check_candidate(candidate, name=str(manifest), archive=manifest.with_name("model.tar.gz"))
        current = _current(to)
        promoted = decide(candidate, current, because=because)
    if promoted is None:
        say(f"nothing to do: {to} already is this manifest")
        return
    write_file(to, promoted.to_bytes())
    show(_table(differences(current, promoted)))
    wrote(to)
    next_step("review and commit it, then deploy: make deploy ENV=dev")


def _current(path: Path) -> Manifest | None:
    from training.manifest import read_manifest

    return read_manifest(path, what="current manifest") if path.exists() else None


def _table(lines: list[Difference]) -> Table:
    from rich.table import Table

    table = Table(title="what this promotion changes", title_justify="left")
    for heading in ("", "old", "new"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(line.field, line.old or "-", line.new or "-")
    return table
