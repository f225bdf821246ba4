"""`promote`: make a packaged or registered model the current one, after checking it against archive and current one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.bucket_layout import ARCHIVE_NAME
from training.commands.console import cell, here, next_step, paths_of, say, show, steps, wrote
from training.commands.environment_option import environment_option
from training.commands.options import with_options
from training.common.errors import ManifestError

if TYPE_CHECKING:
    from rich.table import Table

    from contract.manifest import Manifest
    from training.model.promotion import Difference


@dataclass(frozen=True, kw_only=True)
class PromoteOptions:
    """Options of `promote`."""

    model: Annotated[
        str | None,
        typer.Argument(
            help="The manifest of a packaged model, such as build/model/manifest.json; with --from-registry a version,"
            " or the latest that is approved.",
            metavar="[MANIFEST|VERSION]",
            show_default=False,
        ),
    ] = None
    to: Annotated[
        Path, typer.Option(envvar="DIGITS_MANIFEST", help="The manifest that the stacks read.", dir_okay=False)
    ] = Path("models/current.json")
    because: Annotated[
        str | None, typer.Option(help="Reason to promote a less accurate or unapproved model, stored in the manifest.")
    ] = None
    environment: Annotated[str, environment_option("Environment of the registry")] = "local"
    from_registry: Annotated[
        bool, typer.Option("--from-registry", help="Promote a model that the pipeline registered, and publish it.")
    ] = False


@with_options(PromoteOptions)
def promote(context: typer.Context, options: PromoteOptions) -> None:
    """Make a packaged model the current one: the one that the next deployment serves.

    The archive beside the manifest must hash to what the manifest says. A model less accurate than the current one is
    refused unless --because gives a reason. Promoting the same model again, also when it was trained once more, leaves
    the file as it is. With --from-registry the model must be approved, is downloaded to BUILD/registry, verified by its
    digest and scored again if the test images are present, and is uploaded to models/SHA256/model.tar.gz as publish
    does.
    """
    from contract.calibration import Calibration
    from training.common.files import write_file
    from training.model.promotion import decide, differences

    candidate = _registered(context, options) if options.from_registry else _given(options.model)
    current = _current(options.to)
    promoted = decide(candidate.manifest, current, because=options.because)
    # All that can be refused is refused here; from here on it is written.
    table, content = (_table(differences(current, promoted)), promoted.to_bytes()) if promoted else (None, b"")
    if candidate.archive is not None:
        _keep(candidate)
        _publish(candidate.path, options.environment)
    if table is None or promoted is None:
        say(f"nothing changed: {options.to} has this model already, with the same metrics, data and hyperparameters")
        return
    write_file(options.to, content)
    show(table)
    wrote(options.to)
    if promoted.calibration is None:
        calibrate = here(context, f"--manifest {shlex.quote(str(candidate.path))}", program="python -m tools.calibrate")
        say(
            "not calibrated: its probabilities are taken as they are, and a digit is unsure below"
            f" {Calibration().unsure_below}; to measure both: {calibrate}"
        )
    next_step("review and commit it, then deploy: make deploy ENV=dev")


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A checked manifest, where it is or will be, and the archive when it was downloaded."""

    manifest: Manifest
    path: Path
    archive: bytes | None = None


def _given(model: str | None) -> _Candidate:
    from contract.manifest import read_manifest
    from training.model.promotion import check_candidate

    if model is None:
        raise ManifestError("no manifest was given; give one such as build/model/manifest.json, or use --from-registry")
    path = Path(model)
    with steps() as progress:
        progress.add_task("checking manifest and archive")
        manifest = read_manifest(path)
        check_candidate(manifest, name=str(path), archive=path.with_name(ARCHIVE_NAME))
    return _Candidate(manifest=manifest, path=path)


def _registered(context: typer.Context, options: PromoteOptions) -> _Candidate:
    """Download a registered model and check it; nothing is written yet."""
    from training.aws.platform import platform_of
    from training.model.promotion import check_archive
    from training.model.rescoring import score_again
    from training.pipeline.aws_registry import AwsRegistry
    from training.pipeline.registry import LATEST, choose, download, require_approval

    registry, paths = AwsRegistry(), paths_of(context)
    found = choose(registry, platform_of(options.environment).model_package_group, options.model or LATEST)
    require_approval(found, because=options.because)
    archive, manifest = download(registry, found)
    say(f"{found.name} is {found.approval}, sha256 {manifest.artifact.sha256}")
    check_archive(manifest, archive, name=f"the manifest of {found.name}", archive=f"the archive of {found.name}")
    if score_again(archive, manifest, data=paths.data):
        say(f"scored again on {manifest.metrics.count} test images: accuracy {manifest.metrics.accuracy:.4f}, the same")
    else:
        say("not scored again: the test images are not present (python -m training prepare)")
    return _Candidate(manifest=manifest, path=paths.registered(found.version) / "manifest.json", archive=archive)


def _keep(candidate: _Candidate) -> None:
    """Write what was downloaded to the build folder."""
    from training.common.files import write_file

    write_file(candidate.path.with_name(ARCHIVE_NAME), candidate.archive or b"")
    write_file(candidate.path, candidate.manifest.to_bytes())


def _publish(manifest: Path, environment: str) -> None:
    """Upload the archive beside the manifest, where the deployment looks for it."""
    from contract.manifest import read_manifest
    from training.aws.publication import artifact_upload, publish
    from training.aws.s3_store import S3Store, bucket_of

    archive = manifest.with_name(ARCHIVE_NAME)
    upload = artifact_upload(read_manifest(manifest), beside=archive, built=archive)
    store = S3Store(bucket_of(environment))
    publish(store, [upload])
    say(f"{store.name}/{upload.key}   {upload.size_bytes:,} bytes, verified by sha256")


def _current(path: Path) -> Manifest | None:
    from contract.manifest import read_manifest

    return read_manifest(path, what="current manifest") if path.exists() else None


def _table(lines: list[Difference]) -> Table:
    from rich.table import Table

    table = Table(title="what this promotion changes", title_justify="left")
    for heading in ("", "old", "new"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(cell(line.field), cell(line.old) or "-", cell(line.new) or "-")
    return table
