"""The program of the pipeline's steps: `python3 CODE.zip check-data|evaluate ...` inside the built-in image.

It has what that image has: the standard library, numpy, xgboost and pyarrow. So no command of `training.commands` is
used, only the functions behind them. Every path is an argument. What it says goes to the job's log.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from contract.bucket_layout import ARCHIVE_NAME
from contract.errors import ContractError
from contract.manifest import Data, Manifest
from contract.metrics import Metrics
from training.common.errors import DataError, TrainingError
from training.common.files import pretty_json, read_json, sha256_of_bytes, write_file
from training.data.channel_reading import channel_files, read_channel
from training.data.data_checks import check_splits
from training.model.archives import FILE_BYTES_MAX
from training.model.evaluation import evaluate, probabilities_of
from training.model.job_model import AdoptedModel, adopt, published_data, training_of_job
from training.model.model_card import model_card
from training.model.model_records import Evaluation, FitRecord, compose_manifest, framework

FAILED = 1
SPLITS = ("train", "validation", "test")

_log = logging.getLogger("pipeline")


def main(arguments: list[str] | None = None) -> int:
    """Run one step; returns its exit code."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s", force=True)
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (TrainingError, ContractError, OSError) as problem:
        _log.error("%s", problem)
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pipeline_steps", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check-data", help="compare the published splits", allow_abbrev=False)
    for split in SPLITS:
        check.add_argument(f"--{split}", type=Path, required=True, help=f"folder of the {split} parts")
    check.add_argument("--manifest", type=Path, required=True, help="what was published with the channels")
    check.add_argument("--hosts", type=int, required=True, help="machines that will train")
    check.add_argument("--most-hosts", type=int, required=True, help="as many as may train")
    check.add_argument("--report", type=Path, required=True, help="folder for check.json")
    check.set_defaults(run=check_data)
    score = commands.add_parser("evaluate", help="score a job's model and pack it", allow_abbrev=False)
    score.add_argument("--model", type=Path, required=True, help="model.tar.gz of the job")
    score.add_argument("--test", type=Path, required=True, help="folder of the test parts")
    score.add_argument("--manifest", type=Path, required=True, help="what was published with the channels")
    score.add_argument("--results", type=Path, required=True, help="folder for all that is written")
    score.add_argument("--promoted-accuracy", type=float, required=True, help="of the model to compare with")
    score.add_argument("--promoted-log-loss", type=float, required=True, help="of the model to compare with")
    score.add_argument("--instance-type", required=True, help="what the job trained on")
    score.add_argument("--hosts", type=int, required=True, help="machines of the job")
    score.add_argument("--seconds", type=float, required=True, help="that the job trained")
    score.add_argument("--job", required=True, help="name of the training job")
    score.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="hyperparameter of the job")
    score.set_defaults(run=evaluate_model)
    return parser


def check_data(options: argparse.Namespace) -> None:
    """Read everything that was published and write `check.json`.

    Raises
    ------
    DataError
        when a part is damaged or missing, digits are rare, images are in two splits, or more machines are asked for
        than the settings allow
    """
    if options.hosts > options.most_hosts:
        raise DataError(
            f"{options.hosts} machines are asked for; allowed is 1 to {options.most_hosts}: ask for fewer, or raise"
            " pipeline_instance_count_max in stacks/settings.py and deploy"
        )
    data = _published(options.manifest)
    folders = {name: getattr(options, name) for name in SPLITS}
    splits = {name: read_channel(folder) for name, folder in folders.items()}
    parts = {name: len(channel_files(folder)) for name, folder in folders.items()}
    report = check_splits(splits, parts=parts, counts=data.counts, hosts=options.hosts)
    write_file(options.report / "check.json", pretty_json(report.to_json()))
    _log.info("%s: good, %s images in %s parts", data.source, dict(report.counts), dict(report.parts))


def evaluate_model(options: argparse.Namespace) -> None:
    """Score the model on the test images; write the archive, its manifest and card, and the comparison.

    Raises
    ------
    ArtifactError
        when the job did not leave a model that may be served
    DataError
        when the test parts are damaged
    """
    with options.model.open("rb") as file:
        adopted = adopt(file.read(FILE_BYTES_MAX), name=options.model.name)
    test = read_channel(options.test)
    metrics = evaluate(probabilities_of(adopted.booster, test.images), test.labels, split="test")
    manifest = _manifest(options, adopted, metrics)
    card = model_card(manifest)
    comparison = compare(metrics, accuracy=options.promoted_accuracy, log_loss=options.promoted_log_loss)
    evaluation = Evaluation(
        model_sha256=sha256_of_bytes(adopted.model), source_sha256=dict(manifest.data.sha256), metrics=metrics
    )
    document = {
        **evaluation.to_json(),
        **comparison,
        "artifact_sha256": manifest.artifact.sha256,
        "training_job": options.job,
        "model_card": card,
        "multiclass_classification_metrics": {"accuracy": {"value": metrics.accuracy, "standard_deviation": "NaN"}},
    }
    write_file(options.results / ARCHIVE_NAME, adopted.archive)
    write_file(options.results / "manifest.json", manifest.to_bytes())
    write_file(options.results / "model-card.json", card.encode())
    write_file(options.results / "evaluation.json", pretty_json(document))
    _log.info("%s, on %d images", comparison["summary"], metrics.count)


def compare(metrics: Metrics, *, accuracy: float, log_loss: float) -> dict[str, float | str]:
    """How much better and worse than the promoted model; rounded, so that equal models differ by exactly 0.

    The summary is for a person.

    Parameters
    ----------
    metrics
        of the new model
    accuracy, log_loss
        of the promoted one
    """
    return {
        "accuracy_gain": round(metrics.accuracy - accuracy, 9),
        "log_loss_growth": round(metrics.log_loss - log_loss, 9),
        "summary": f"accuracy {metrics.accuracy:.4f} against {accuracy:.4f} of the promoted model,"
        f" log-loss {metrics.log_loss:.4f} against {log_loss:.4f}",
    }


def _manifest(options: argparse.Namespace, adopted: AdoptedModel, metrics: Metrics) -> Manifest:
    """What `package` would have written beside the archive."""
    data = _published(options.manifest)
    record = FitRecord(
        model_sha256=sha256_of_bytes(adopted.model),
        hyperparameters=_hyperparameters(options.set),
        data=data,
        training=training_of_job(
            best_round=adopted.best_round,
            seconds=options.seconds,
            instance_type=options.instance_type,
            hosts=options.hosts,
        ),
        framework_version=framework().version,
    )
    evaluation = Evaluation(model_sha256=record.model_sha256, source_sha256=dict(data.sha256), metrics=metrics)
    return compose_manifest(
        archive_sha256=sha256_of_bytes(adopted.archive),
        archive_bytes=len(adopted.archive),
        fit=record,
        evaluation=evaluation,
    )


def _published(path: Path) -> Data:
    """What the manifest beside the channels says of their source."""
    value: Any = read_json(path, what="manifest of the channels", how_to_get="publish the channels again")
    return published_data(value, name=path.name)


def _hyperparameters(settings: list[str]) -> dict[str, str]:
    pairs = [setting.partition("=") for setting in settings]
    wrong = [name for name, equals, _ in pairs if not (name and equals)]
    if wrong:
        raise DataError(f"--set {wrong[0]} is not NAME=VALUE")
    return {name: value for name, _, value in pairs}
