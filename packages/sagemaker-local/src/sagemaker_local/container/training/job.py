"""One host's part of a training job, from its configuration files to its model.

Source: `sagemaker_train` in `sagemaker_xgboost_container/algorithm_mode/train.py` of the container at `cb8df91`; the
order of the steps decides which of several mistakes is reported.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import xgboost

from sagemaker_local.container.training import channel_rules, data_files, hyperparameters, matrices
from sagemaker_local.container.training.boosting import Matrices, Training
from sagemaker_local.container.training.cluster import Address, Cluster
from sagemaker_local.container.training.errors import PlatformError, UserError, located
from sagemaker_local.container.training.input_folder import InputFolder
from sagemaker_local.container.training.paths import ContainerPaths

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_SCRIPT = "sagemaker_program"
_GUIDE = (
    "See https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "xgboost.html#Instance-XGBoost-distributed-training-divide-data. "
)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training job as one host sees it.

    Parameters
    ----------
    paths
        The folder that represents `/opt/ml`.
    rendezvous
        Where several hosts meet.
    folder
        Where links to data are gathered.
    print_line
        Receives what the container prints beside its log.
    """

    paths: ContainerPaths
    rendezvous: Address
    folder: InputFolder
    print_line: Callable[[str], None]

    def run(self) -> None:
        """Train, and save the model.

        Raises
        ------
        ContainerError
            With the text of the container.
        Exception
            What the container does not expect either.
        SystemExit
            With exit code 0 on a host that takes no part.
        """
        resources = self.paths.config("resourceconfig")
        hosts, current = resources["hosts"], resources["current_host"]
        if not hosts:
            raise located(IndexError("list index out of range"), at="no hosts")
        _LOG.info("Imported framework sagemaker_xgboost_container.training")
        given, channels = self.paths.config("hyperparameters"), self.paths.config("inputdataconfig")
        if _SCRIPT in given:
            message = f"this emulator trains in algorithm mode only, got {_SCRIPT} of script mode; leave it out"
            raise PlatformError(message, at="script mode")
        _announce(given)
        if "train" not in channels:  # the container looks for the folder before it checks the channels
            raise located(KeyError("SM_CHANNEL_TRAIN"), at="no train channel")
        parameters = hyperparameters.validated(given)
        if parameters.get("updater"):
            parameters["updater"] = ",".join(parameters["updater"])
        checked = channel_rules.validated(channels)
        train, validation = self.paths.channel("train"), self._validation(channels)
        piped = checked["train"]["TrainingInputMode"] == "Pipe"
        if validation is not None and not piped:
            data_files.warn_of_copies(train, validation)
        _LOG.info("Determined 0 GPU(s) available on the instance.")
        if parameters.pop("use_dask_gpu_training", "false") == "true":
            _refuse_gpus(checked, len(hosts))
        read = self._read(checked, train, validation, parameters, piped=piped)
        self._train(parameters, read, checked, hosts, current)

    def _validation(self, channels: dict[str, Any]) -> Path | None:
        return self.paths.channel("validation") if "validation" in channels else None

    def _read(
        self,
        channels: dict[str, Any],
        train: Path,
        validation: Path | None,
        parameters: dict[str, Any],
        *,
        piped: bool,
    ) -> Matrices:
        data_format = channel_rules.data_format(channels["train"]["ContentType"])
        if piped:
            matrices.refuse_pipe(train, data_format)
        paths = [path for path in (train, validation) if path is not None]
        filled = [path for path in paths if _of(path, lambda path: data_files.size(path) > 0)]
        for path in filled:
            _of(path, lambda path: data_files.check_first_lines(path, data_format))
        weights = parameters.get("csv_weights", 0) == 1

        def matrix(path: Path) -> xgboost.DMatrix | None:
            return matrices.read([path], data_format, self.folder, weights=weights)

        found = {path: _of(path, matrix) for path in filled}
        together = found.get(train)
        if "_kfold" in parameters and len(filled) == 2 and validation is not None:
            _LOG.info("Read both train and validation data into one DMatrix")
            together = matrices.read([train, validation], data_format, self.folder, weights=weights)
        return Matrices(
            train=found.get(train), validation=found.get(validation) if validation else None, together=together
        )

    def _train(
        self, parameters: dict[str, Any], read: Matrices, channels: dict[str, Any], hosts: list[str], current: str
    ) -> None:
        lacks_validation = bool(channels.get("validation")) and read.validation is None
        if len(hosts) > 1:
            self._train_together(parameters, read, channels, hosts, current, lacks_validation)
            return
        if read.train is None:
            raise UserError(f"No data in training channel path {self.paths.channel('train')}", at="no data")
        if lacks_validation:
            path = self.paths.channel("validation")
            raise UserError(f"No data in validation channel path {path}", at="no validation data")
        _LOG.info("Single node training.")
        self._training(parameters, read, read.train).run(True)

    def _train_together(
        self,
        parameters: dict[str, Any],
        read: Matrices,
        channels: dict[str, Any],
        hosts: list[str],
        current: str,
        lacks_validation: bool,
    ) -> None:
        _LOG.info("Distributed node training with %d hosts: %s", len(hosts), hosts)
        if read.train is None:
            _LOG.warning(
                "Host %s does not have training data. Will broadcast to cluster and this host %s will not be used in "
                "distributed training. Please divide the training data across instances properly. %s",
                current,
                current,
                _GUIDE,
            )
        if lacks_validation:
            _LOG.warning(
                "Host %s does not have validation data in the validation channel : %s. Will broadcast to cluster and "
                "this host %s will not be used in distributed training. Please divide the validation data across "
                "instances properly. %s",
                current,
                channels["validation"],
                current,
                _GUIDE,
            )
        Cluster(hosts=hosts, current=current, rendezvous=self.rendezvous).run(
            None if read.train is None or lacks_validation else self._training(parameters, read, read.train).run
        )

    def _training(self, parameters: dict[str, Any], read: Matrices, train: xgboost.DMatrix) -> Training:
        return Training(
            hyperparameters=parameters,
            train=train,
            validation=read.validation,
            together=train if read.together is None else read.together,
            model_folder=self.paths.model,
            output_folder=self.paths.output_data,
            checkpoint_folder=self.paths.checkpoints(),
            print_line=self.print_line,
        )


def _of(channel: Path, step: Callable[[Path], _T]) -> _T:
    """The outcome of a step; an error notes the channel that it is about."""
    try:
        return step(channel)
    except Exception as error:
        error.__dict__["channel"] = channel.name
        raise


def _announce(given: dict[str, Any]) -> None:
    """What SageMaker's own library says before the container begins."""
    for name, value in given.items():
        try:
            json.loads(value)
        except (ValueError, TypeError):
            _LOG.info("Failed to parse hyperparameter %s value %s to Json.\nReturning the value itself", name, value)
    _LOG.info("No GPUs detected (normal if no gpus installed)")
    _LOG.info("Running XGBoost Sagemaker in algorithm mode")


def _refuse_gpus(channels: dict[str, Any], hosts: int) -> None:
    """There is no GPU, which is one of the reasons why the container refuses to train with Dask."""
    reasons = ["Dask training is only available for `hist` (or `gpu_hist`) training on GPU instances."]
    if channels["train"]["TrainingInputMode"] == "Pipe":
        reasons.append("Dask training is not supported for pipe mode input. Please use File mode.")
    if channel_rules.data_format(channels["train"]["ContentType"]) not in (channel_rules.CSV, channel_rules.PARQUET):
        reasons.append("Dask training is only supported for CSV and Parquet input.")
    if hosts > 1 and any(channel["S3DistributionType"] != "FullyReplicated" for channel in channels.values()):
        reasons.append("Dask distributed training requires FullyReplicated data.")
    message = f"Some configurations unsuitable for Dask GPU training were found: {'. '.join(reasons)}"
    raise UserError(message, at="training on GPUs")
