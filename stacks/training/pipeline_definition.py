"""The pipeline as the JSON that SageMaker runs: check the data, train, evaluate, register what is better. Pure values.

Schema 2020-12-01: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/. The
parts of each step that a request has too (`CreateTrainingJob` and so on) are in `pipeline_steps`; here is their order,
what may be chosen at the start, and when a model is good enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stacks.training.pipeline_functions import Json, get, join, json_get
from stacks.training.settings import TrainingSettings

VERSION = "2020-12-01"
CONTENT_TYPES = ("text/csv", "application/x-parquet")

CHECK, TRAIN, EVALUATE = "CheckData", "Train", "Evaluate"
DECIDE, REGISTER, REFUSE = "IsBetter", "Register", "IsNotBetter"

CHOSEN_HYPERPARAMETERS = {"NumRound": "num_round", "Eta": "eta", "MaxDepth": "max_depth", "MaxLeaves": "max_leaves"}
"""Parameter of the pipeline -> hyperparameter that it chooses."""

LIBRARY_DEFAULTS = {"num_round": "100", "eta": "0.3", "max_depth": "6", "max_leaves": "0"}
"""Taken where the promoted model has no value of its own."""

OF_ONE_MACHINE = frozenset({"nthread"})
"""Hyperparameters of the machine that trained the promoted model, not of the model."""


@dataclass(frozen=True, kw_only=True)
class PipelineFacts:
    """All that the definition says of its environment.

    Attributes
    ----------
    settings
        Machines, limits, and when a model is good enough.
    bucket_name, image_uri, code_uri
        Where data is, in which container jobs run, and the program of the steps.
    role_arn, step_role_arn
        What training jobs, and the processing jobs of steps, run as.
    job_prefix
        What names of jobs begin with, such as `digits-dev-`.
    model_package_group
        Where a model is registered.
    accuracy, log_loss
        Of the promoted model on the test images.
    hyperparameters
        What the promoted model was trained with.
    """

    settings: TrainingSettings
    bucket_name: str
    role_arn: str
    step_role_arn: str
    image_uri: str
    image_tag: str
    code_uri: str
    job_prefix: str
    model_package_group: str
    accuracy: float
    log_loss: float
    hyperparameters: Mapping[str, str]

    @property
    def pipeline_hyperparameters(self) -> dict[str, Any]:
        """Those of the promoted model, four of which are parameters of the pipeline."""
        fixed = {name: text for name, text in self.hyperparameters.items() if name not in OF_ONE_MACHINE}
        chosen = {name: get(f"Parameters.{parameter}") for parameter, name in CHOSEN_HYPERPARAMETERS.items()}
        return dict(sorted({**fixed, **chosen}.items()))


def parameters(facts: PipelineFacts) -> list[Json]:
    """What an execution may choose. `Channels` has to be given, the rest has a value."""
    settings = facts.settings
    chosen = {
        parameter: facts.hyperparameters.get(name, LIBRARY_DEFAULTS[name])
        for parameter, name in CHOSEN_HYPERPARAMETERS.items()
    }
    numbers = {
        "PromotedAccuracy": facts.accuracy,
        "PromotedLogLoss": facts.log_loss,
        "MinimumImprovement": settings.minimum_improvement,
        "LogLossTolerance": settings.log_loss_tolerance,
    }
    return [
        {"Name": "Channels", "Type": "String"},
        {"Name": "ContentType", "Type": "String", "DefaultValue": CONTENT_TYPES[0], "EnumValues": list(CONTENT_TYPES)},
        {
            "Name": "InstanceType",
            "Type": "String",
            "DefaultValue": settings.instance_type,
            "EnumValues": list(settings.pipeline_types),
        },
        *({"Name": name, "Type": "String", "DefaultValue": text} for name, text in chosen.items()),
        {"Name": "InstanceCount", "Type": "Integer", "DefaultValue": settings.instance_count},
        *({"Name": name, "Type": "Float", "DefaultValue": number} for name, number in numbers.items()),
    ]


def is_better(register: Json) -> Json:
    """Register when accuracy has grown enough and log-loss not too much, else fail with a sentence."""
    gain, loss = measured("accuracy_gain"), measured("log_loss_growth")
    return {
        "Name": DECIDE,
        "Type": "Condition",
        "Arguments": {
            "Conditions": [
                {
                    "Type": "GreaterThanOrEqualTo",
                    "LeftValue": gain,
                    "RightValue": get("Parameters.MinimumImprovement"),
                },
                {"Type": "LessThanOrEqualTo", "LeftValue": loss, "RightValue": get("Parameters.LogLossTolerance")},
            ],
            "IfSteps": [register],
            "ElseSteps": [_refuse()],
        },
    }


def measured(path: str) -> Json:
    """A value of the evaluation."""
    return json_get(EVALUATE, "Evaluation", path)


def _refuse() -> Json:
    sentence = join(
        "",
        "the new model is not registered: ",
        measured("summary"),
        "; needed are at least ",
        get("Parameters.MinimumImprovement"),
        " more accuracy and at most ",
        get("Parameters.LogLossTolerance"),
        " more log-loss",
    )
    return {"Name": REFUSE, "Type": "Fail", "Arguments": {"ErrorMessage": sentence}}
