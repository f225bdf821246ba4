"""`package`: the model as the archive that an endpoint serves, and the manifest beside it."""

from __future__ import annotations

import shlex

import typer

from training.commands.console import here, next_step, paths_of, say, steps, wrote
from training.common.errors import ManifestError


def package(context: typer.Context) -> None:
    """Pack the model as model.tar.gz, check it, and write its manifest.

    The archive holds one file and is the same, byte for byte, for the same model. It is checked after it was packed:
    one regular file, no pickle, loads, 784 features, 10 classes, multi:softprob. Needs fit and evaluate before it.
    """
    from training.common.files import sha256_of_bytes, write_file
    from training.model.artifact import load_model, pack, read_model, unpack
    from training.model.model_records import compose_manifest, read_evaluation, read_fit_record

    paths = paths_of(context)
    with steps() as progress:
        progress.add_task("packing and checking")
        model = read_model(paths.model)
        record, evaluation = read_fit_record(paths.fit_record), read_evaluation(paths.evaluation)
        if sha256_of_bytes(model) != record.model_sha256:
            raise ManifestError(f"{paths.model} is not the model of {paths.fit_record}; run: {here(context, 'fit')}")
        archive = pack(model)
        load_model(unpack(archive, name=str(paths.archive)), name=str(paths.archive))
        manifest = compose_manifest(
            archive_sha256=sha256_of_bytes(archive), archive_bytes=len(archive), fit=record, evaluation=evaluation
        )
    write_file(paths.archive, archive)
    write_file(paths.manifest, manifest.to_bytes())
    say(
        f"sha256 {manifest.artifact.sha256}, {manifest.artifact.size_bytes:,} bytes,"
        f" accuracy {manifest.metrics.accuracy:.4f}"
    )
    wrote(paths.archive, paths.manifest)
    next_step(
        here(context, "publish")
        + "   (or without a bucket: "
        + here(context, f"promote {shlex.quote(str(paths.manifest))}")
        + ")"
    )
