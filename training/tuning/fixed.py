"""The hyperparameters that stay the same in a search: the defaults, what a person set, and the metric in its place."""

from __future__ import annotations

from training.common.errors import HyperparameterError
from training.model.fitting import require_digits_model
from training.model.hyperparameters import DEFAULTS, Hyperparameters, given_from
from training.tuning.search_space import SearchSpace

_METRICS = "merror,mlogloss"
"""The metric that decides stands last: early stopping goes by it, here and in the container."""


def fixed_hyperparameters(
    space: SearchSpace, settings: list[str], *, num_round: int, trains_here: bool
) -> dict[str, str]:
    """All hyperparameters but those that vary, as texts, valid together with any values of the space.

    Parameters
    ----------
    space
        what varies
    settings
        NAME=VALUE, as a person wrote them
    num_round
        rounds at most, unless they vary or are set
    trains_here
        whether what only works in a training job is refused

    Raises
    ------
    HyperparameterError
        when a name is both set and searched, a value is not allowed, or another metric is asked for
    """
    given = given_from(settings)
    both = [name for name in given if name in space.names]
    if both:
        raise HyperparameterError(f"{both[0]} is given with --set and with --search; give it once")
    if "eval_metric" in given:
        raise HyperparameterError("eval_metric cannot be set in a search, which minimises mlogloss; leave it out")
    texts = {**DEFAULTS, "num_round": str(num_round), "eval_metric": _METRICS, **given}
    fixed = {name: text for name, text in texts.items() if text and name not in space.names}
    least = {each.name: each.text(each.least) for each in space.ranges}
    hyperparameters = Hyperparameters.from_sagemaker({**fixed, **least})
    if trains_here:
        require_digits_model(hyperparameters)
    return {name: text for name, text in hyperparameters.to_sagemaker().items() if name not in space.names}
