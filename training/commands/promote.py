"""`promote`: make a packaged or registered model the current one, after checking it against archive and current one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.bucket_layout import ARCHIVE_NAME
from training.commands.console import next_step, paths_of, say, show, steps, wrote
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
    from contract.manifest import read_manifest
    from training.common.files import write_file
    from training.model.promotion import check_candidate, decide, differences

    manifest = _registered(context, options) if options.from_registry else _given(options.model)
    with steps() as progress:
        progress.add_task("checking manifest and archive")
        candidate = read_manifest(manifest)
        check_candidate(candidate, name=str(manifest), archive=manifest.with_name(ARCHIVE_NAME))
        current = _current(options.to)
        promoted = decide(candidate, current, because=options.because)
    if options.from_registry:
        _publish(manifest, options.environment)
    if promoted is None:
        say(f"nothing changed: {options.to} has this model already, with the same metrics, data and hyperparameters")
        return
    write_file(options.to, promoted.to_bytes())
    show(_table(differences(current, promoted)))
    wrote(options.to)
    next_step("review and commit it, then deploy: make deploy ENV=dev")


def _given(model: str | None) -> Path:
    if model is None:
        raise ManifestError("no manifest was given; give one such as build/model/manifest.json, or use --from-registry")
    return Path(model)


def _registered(context: typer.Context, options: PromoteOptions) -> Path:
    """Download a registered model to the build folder; returns its manifest."""
    from training.aws.platform import platform_of
    from training.common.files import write_file
    from training.model.rescoring import score_again
    from training.pipeline.aws_registry import AwsRegistry
    from training.pipeline.registry import LATEST, choose, download, require_approval

    registry, paths = AwsRegistry(), paths_of(context)
    found = choose(registry, platform_of(options.environment).model_package_group, options.model or LATEST)
    require_approval(found, because=options.because)
    archive, manifest = download(registry, found)
    say(f"{found.name} is {found.approval}, sha256 {manifest.artifact.sha256}")
    if score_again(archive, manifest, data=paths.data):
        say(f"scored again on {manifest.metrics.count} test images: accuracy {manifest.metrics.accuracy:.4f}, the same")
    else:
        say("not scored again: the test images are not present (python -m training prepare)")
    folder = paths.registered(found.version)
    write_file(folder / ARCHIVE_NAME, archive)
    write_file(folder / "manifest.json", manifest.to_bytes())
    return folder / "manifest.json"


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
        table.add_row(line.field, line.old or "-", line.new or "-")
    return table
