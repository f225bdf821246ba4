"""Trains and saves the model of a job: one booster, or one a fold.

Source: `train_job` in `sagemaker_xgboost_container/algorithm_mode/train.py` of the container at `cb8df91`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xgboost
from xgboost import collective

from sagemaker_local.container.training import checkpoints, cross_validation, metric_choice
from sagemaker_local.container.training.errors import AlgorithmError, UserError

_LOG = logging.getLogger(__name__)

# What XGBoost says when the caller is at fault; everything else counts as the algorithm's.
_CALLERS_FAULTS = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "Check failed: base_score > 0.0f && base_score < 1.0f base_score must be in (0,1) for logistic loss",
    "Check failed: label_correct PoissonRegression: label must be nonnegative",
    "Check failed: label_correct TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


@dataclass(frozen=True, kw_only=True)
class Matrices:
    """The data of one host.

    Parameters
    ----------
    train, validation
        The channels; None if there is no data.
    together
        Both in one, for cross validation; the training data otherwise.
    """

    train: xgboost.DMatrix | None
    validation: xgboost.DMatrix | None
    together: xgboost.DMatrix | None


@dataclass(frozen=True, kw_only=True)
class Training:
    """One run of boosting on one host.

    Parameters
    ----------
    hyperparameters
        As `hyperparameters.validated` returns them.
    train, validation, together
        Data; see `Matrices`.
    model_folder, output_folder, checkpoint_folder
        Where models, other results and checkpoints go.
    print_line
        Receives what the container prints beside its log.
    """

    hyperparameters: dict[str, Any]
    train: xgboost.DMatrix
    validation: xgboost.DMatrix | None
    together: xgboost.DMatrix
    model_folder: Path
    output_folder: Path
    checkpoint_folder: Path | None
    print_line: Callable[[str], None]

    def run(self, is_master: bool) -> None:
        """Train, and save the model if this host is the one that does.

        Raises
        ------
        UserError, AlgorithmError
            If XGBoost refuses.
        """
        self._say(f"TRAIN_JOB_DEBUG: Received is_master={is_master}")
        parameters = dict(self.hyperparameters)
        plan = _Plan.taken_from(parameters, validated=self.validation is not None)
        _LOG.info("Train matrix has %d rows and %d columns", self.train.num_row(), self.train.num_col())
        if self.validation is not None:
            _LOG.info("Validation matrix has %d rows", self.validation.num_row())
        try:
            boosters = self._boosters(parameters, plan, is_master)
        except Exception as error:
            raise _told(error, fold="_kfold" in self.hyperparameters) from error
        self.model_folder.mkdir(parents=True, exist_ok=True)
        self._say(f"FINAL_MODEL_DEBUG: is_master={is_master}, model_dir={self.model_folder}")
        if is_master:
            self._say("FINAL_MODEL_SAVE: Saving final model as master")
            for name, booster in boosters.items():
                booster.save_model(self.model_folder / name)

    def _say(self, text: str) -> None:
        _LOG.info("%s", text)
        self.print_line(text)

    def _print_metrics(self, line: str) -> None:
        """Print the metrics of a round; among several hosts the tracker prints them, with its clock before them."""
        clock = f"{datetime.now().astimezone():[%H:%M:%S]} " if collective.is_distributed() else ""
        self.print_line(f"{clock}{line}")

    def _boosters(self, parameters: dict[str, Any], plan: _Plan, is_master: bool) -> dict[str, xgboost.Booster]:
        folds = parameters.pop("_kfold", None)
        if folds is None:
            return {checkpoints.MODEL: self._booster(self.train, parameters, plan, is_master, None, {})}
        validation = cross_validation.CrossValidation(
            together=self.together,
            folds=folds,
            repeats=parameters.pop("_num_cv_round", 1),
            rounds=plan.rounds,
            problem=cross_validation.Problem.of(parameters),
            output_folder=self.output_folder,
            print_line=self.print_line,
        )
        trained = validation.run(
            lambda matrix, fold, results: self._booster(matrix, parameters, plan, is_master, fold, results)
        )
        return {f"{checkpoints.MODEL}-{fold}": booster for fold, booster in enumerate(trained)}

    def _booster(
        self,
        matrix: xgboost.DMatrix,
        parameters: dict[str, Any],
        plan: _Plan,
        is_master: bool,
        fold: int | None,
        results: dict[str, Any],
    ) -> xgboost.Booster:
        checkpoint, done, callbacks = checkpoints.callbacks(
            model_folder=self.model_folder,
            checkpoint_folder=self.checkpoint_folder,
            keep=plan.keep,
            is_master=is_master,
            fold=fold,
            print_line=self._print_metrics,
        )
        if fold is not None:
            _LOG.info("Train cross validation fold %d", fold % self.hyperparameters["_kfold"] + 1)
        watched = [(self.train, "train")] + ([(self.validation, "validation")] if self.validation is not None else [])
        return xgboost.train(
            parameters,
            matrix,
            num_boost_round=plan.rounds - done,
            evals=watched,
            custom_metric=plan.metrics.custom,
            callbacks=callbacks + plan.early_stopping(is_master),
            xgb_model=checkpoint,
            evals_result=results,
            verbose_eval=False,
        )


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What the container takes out of the hyperparameters before XGBoost sees them."""

    rounds: int
    keep: str
    metrics: metric_choice.Metrics
    patience: int | None
    validated: bool

    @classmethod
    def taken_from(cls, parameters: dict[str, Any], *, validated: bool) -> _Plan:
        rounds = parameters.pop("num_round")
        keep = parameters.pop("save_model_on_termination", "false")
        tuned = parameters.pop("_tuning_objective_metric", None)
        metrics = metric_choice.chosen(tuned, parameters.pop("eval_metric", None))
        if metrics.native:
            parameters["eval_metric"] = metrics.native
        patience = parameters.pop("early_stopping_rounds", None)
        return cls(rounds=rounds, keep=keep, metrics=metrics, patience=patience, validated=validated)

    def early_stopping(self, is_master: bool) -> list[xgboost.callback.TrainingCallback]:
        """By the last metric on the validation channel, the best round kept by the master; nothing without a metric."""
        if not (self.validated and self.metrics.stopping and self.patience):
            return []
        return [
            xgboost.callback.EarlyStopping(
                rounds=self.patience,
                data_name="validation",
                metric_name=self.metrics.stopping,
                maximize=self.metrics.maximize,
                save_best=is_master,
            )
        ]


def _told(error: Exception, *, fold: bool) -> UserError | AlgorithmError:
    text, where = str(error), ": fold" if fold else ""
    if any(fault in text for fault in _CALLERS_FAULTS):
        return UserError(text, at=f"training that the caller can repair{where}")
    at = error.__dict__.get("at", f"training{where}")
    return AlgorithmError(f"XGB train call failed with exception:\n {text}", at=at)
