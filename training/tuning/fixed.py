"""The hyperparameters that stay the same in a search: the defaults, what was set, and the metric in its place."""

from __future__ import annotations

from collections.abc import Mapping

from training.common.errors import HyperparameterError
from training.model.fitting import require_digits_model
from training.model.hyperparameters import DEFAULTS, Hyperparameters
from training.tuning.search_space import SearchSpace

_METRICS = "merror,mlogloss"
"""The metric that decides stands last: early stopping goes by it, here and in the container."""


def fixed_hyperparameters(
    space: SearchSpace, chosen: Mapping[str, str], *, num_round: str = DEFAULTS["num_round"], trains_here: bool
) -> dict[str, str]:
    """All hyperparameters but those that vary, as texts, valid together with any values of the space.

    Parameters
    ----------
    space
        what varies
    chosen
        what overrides the defaults, as texts by name; an empty text removes a default
    num_round
        rounds at most, unless they are chosen or vary
    trains_here
        whether what only works in a training job is refused

    Raises
    ------
    HyperparameterError
        when a name is both set and searched, a value is not allowed, or another metric is asked for
    """
    both = [name for name in chosen if name in space.names]
    if both:
        raise HyperparameterError(f"{both[0]} is both set and searched; give it once")
    if "eval_metric" in chosen:
        raise HyperparameterError("eval_metric cannot be set in a search, which minimises mlogloss; leave it out")
    texts = {**DEFAULTS, "num_round": num_round, "eval_metric": _METRICS, **chosen}
    fixed = {name: text for name, text in texts.items() if text and name not in space.names}
    least = {each.name: each.text(each.least) for each in space.ranges}
    hyperparameters = Hyperparameters.from_sagemaker({**fixed, **least})
    if trains_here:
        require_digits_model(hyperparameters)
    return {name: text for name, text in hyperparameters.to_sagemaker().items() if name not in space.names}
