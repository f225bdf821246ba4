"""Checks of CreateHyperParameterTuningJob beyond a request's form. Pure functions on the request.

Where users have reported the service's words they are used: for hyperparameters that cannot be tuned, and for a metric
of the wrong direction. The ranges are those of the training container.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagemaker_local.container.training.hyperparameter_table import HYPERPARAMETERS
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs.training_metrics import MAXIMIZED, MINIMIZED
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.ranges import ranges_of
from sagemaker_local.sagemaker.tuning.strategies import combinations

WHOLE = ("max_depth", "num_round")
REAL = (
    "alpha",
    "colsample_bylevel",
    "colsample_bynode",
    "colsample_bytree",
    "eta",
    "gamma",
    "lambda",
    "max_delta_step",
    "min_child_weight",
    "subsample",
)
"""Numbers that can be tuned, with `WHOLE`: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html."""

_NUMERIC = ("IntegerParameterRanges", "ContinuousParameterRanges")
_KINDS = (*_NUMERIC, "CategoricalParameterRanges")
_NOT_EMULATED = ("TrainingJobDefinitions", "WarmStartConfig", "Autotune")


def check(request: Json) -> None:
    """See that a tuning job of this request can be run.

    Raises
    ------
    ServiceError
        `ValidationException` that says what is wrong.
    """
    for problem in _problems(request):
        raise validation(problem)


def _problems(request: Json) -> Iterator[str]:
    config = request["HyperParameterTuningJobConfig"]
    for member in _NOT_EMULATED:
        if request.get(member):
            yield f"This emulator tunes with one TrainingJobDefinition from scratch; it has no {member}."
    if not request.get("TrainingJobDefinition"):
        yield "A TrainingJobDefinition is required for a hyperparameter tuning job."
    if config["Strategy"] == "Hyperband" or config.get("StrategyConfig"):
        yield "This emulator has the strategies Bayesian, Random and Grid, not Hyperband."
    if config.get("ParameterRanges", {}).get("AutoParameters"):
        yield "This emulator needs ranges for every hyperparameter that is tuned; it has no AutoParameters."
    image = request["TrainingJobDefinition"]["AlgorithmSpecification"].get("TrainingImage", "")
    yield from _objective_problems(config.get("HyperParameterTuningJobObjective"), image)
    yield from _range_problems(config.get("ParameterRanges", {}), config["Strategy"], image)
    yield from _limit_problems(config)
    yield from _static_problems(request["TrainingJobDefinition"], config.get("ParameterRanges", {}))


def _objective_problems(objective: Json | None, image: str) -> Iterator[str]:
    if not objective:
        yield "A HyperParameterTuningJobObjective is required for a hyperparameter tuning job."
        return
    channel, _, metric = objective["MetricName"].partition(":")
    if channel != "validation" or metric not in (*MAXIMIZED, *MINIMIZED):
        known = ", ".join(f"validation:{name}" for name in sorted((*MAXIMIZED, *MINIMIZED)))
        yield (
            f"The objective metric, [{objective['MetricName']}], isn't valid for the [{image}] algorithm. "
            f"Choose one of: [{known}]."
        )
    elif (objective["Type"] == "Maximize") != (metric in MAXIMIZED):
        yield (
            f"The objective metric type, [{objective['Type']}], that you specified for objective metric, "
            f"[{objective['MetricName']}], isn't valid for the [{image}] algorithm. "
            "Choose a valid objective metric type."
        )


def _range_problems(ranges: Json, strategy: str, image: str) -> Iterator[str]:
    names = [each["Name"] for kind in _KINDS for each in ranges.get(kind, [])]
    if not names:
        yield "ParameterRanges must have at least one range for a hyperparameter tuning job."
    if len(set(names)) != len(names):
        yield f"Each hyperparameter can have one range only; got {', '.join(names)}."
    yield from _untunable(names, image)
    for kind in _NUMERIC:
        for each in ranges.get(kind, []):
            yield from _numeric_problems(each, kind, strategy)
    for each in ranges.get("CategoricalParameterRanges", []):
        if len(set(each["Values"])) != len(each["Values"]):
            yield f"The values of the range of {each['Name']} must be distinct; got {', '.join(each['Values'])}."
        yield from (problem for text in each["Values"] for problem in _value_problems(each["Name"], text))


def _untunable(names: list[str], image: str) -> Iterator[str]:
    tunable = sorted((*WHOLE, *REAL))
    wrong = [name for name in names if name not in tunable]
    if wrong:
        yield (
            "The hyperparameter tuning job that you requested has the following untunable hyperparameters: "
            f"[{', '.join(wrong)}]. For the algorithm, {image}, you can tune only [{', '.join(tunable)}]. "
            "Delete untunable hyperparameters."
        )


def _numeric_problems(each: Json, kind: str, strategy: str) -> Iterator[str]:
    name, wanted = each["Name"], "IntegerParameterRanges" if each["Name"] in WHOLE else "ContinuousParameterRanges"
    if strategy == "Grid":
        yield f"Grid search takes CategoricalParameterRanges only; {name} is in {kind}."
    if kind != wanted:
        yield f"The range of {name} belongs into {wanted}, not into {kind}."
    bounds = [problem for text in (each["MinValue"], each["MaxValue"]) for problem in _value_problems(name, text)]
    yield from bounds
    if bounds:
        return
    least, most = float(each["MinValue"]), float(each["MaxValue"])
    if least >= most:
        got = f"got {each['MinValue']} and {each['MaxValue']}"
        yield f"The range of {name} must have a MinValue less than its MaxValue; {got}."
    if each.get("ScalingType") == "Logarithmic" and least <= 0:
        yield f"Logarithmic scaling needs a MinValue greater than 0; the range of {name} begins at {each['MinValue']}."
    if each.get("ScalingType") == "ReverseLogarithmic" and not (kind == wanted == _NUMERIC[1] and most < 1):
        yield f"ReverseLogarithmic scaling needs a continuous range within 0 <= x < 1; {name} has another."


def _value_problems(name: str, text: str) -> Iterator[str]:
    hyperparameter = HYPERPARAMETERS[name]
    try:
        value = hyperparameter.read(text)
    except ValueError:
        yield f"{text!r} in the range of {name} is not a value of that hyperparameter."
        return
    if value not in hyperparameter.allowed:
        yield f"{text} in the range of {name} is not in {hyperparameter.allowed}, which the algorithm allows."


def _limit_problems(config: Json) -> Iterator[str]:
    limits = config["ResourceLimits"]
    most, parallel = limits.get("MaxNumberOfTrainingJobs"), limits["MaxParallelTrainingJobs"]
    if config["Strategy"] == "Grid":
        count = combinations(ranges_of(config.get("ParameterRanges", {})))
        if most is not None and most != count:
            yield f"MaxNumberOfTrainingJobs must be absent for Grid search, or its {count} combinations; got {most}."
    elif most is None and limits.get("MaxRuntimeInSeconds") is None:
        yield "ResourceLimits must have MaxNumberOfTrainingJobs or MaxRuntimeInSeconds."
    elif most is not None and parallel > most:
        yield f"MaxParallelTrainingJobs must not be greater than MaxNumberOfTrainingJobs; got {parallel} and {most}."


def _static_problems(definition: Json, ranges: Json) -> Iterator[str]:
    static = definition.get("StaticHyperParameters", {})
    tuned = {each["Name"] for kind in _KINDS for each in ranges.get(kind, [])}
    both = sorted(tuned & set(static))
    if both:
        yield f"Hyperparameters cannot be static and tuned at once; got {', '.join(both)} as both."
    if "num_round" not in static and "num_round" not in tuned:
        yield "The hyperparameter tuning job that you requested lacks a required hyperparameter: [num_round]."
    if not definition.get("ResourceConfig") and not definition.get("HyperParameterTuningResourceConfig"):
        yield "ResourceConfig is required in the TrainingJobDefinition."
