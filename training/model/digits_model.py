"""Whether hyperparameters make a model that this project can serve. The container would train many others."""

from __future__ import annotations

from contract.digit import CLASSES
from contract.manifest import OBJECTIVE
from training.common.errors import HyperparameterError
from training.model.hyperparameters import Hyperparameters

_NEEDED = {"objective": OBJECTIVE, "num_class": CLASSES}
_ONE_MODEL = {
    "booster": ((None, "gbtree"), "the model must be one of trees; use booster=gbtree"),
    "_kfold": ((None,), "it makes a model for each fold, and an endpoint serves one; leave it out"),
    "csv_weights": ((None, 0), "it takes the first pixel for a weight, the channels have none; leave it out"),
}


def require_served_model(hyperparameters: Hyperparameters) -> None:
    """Refuse what the container could train but no endpoint of this project could serve.

    Raises
    ------
    HyperparameterError
        naming the value and what is needed instead
    """
    for name, value in _NEEDED.items():
        if hyperparameters.get(name) != value:
            raise HyperparameterError(
                f"hyperparameter {name}: {hyperparameters.get(name)} does not fit digits; use {name}={value}"
            )
    for name, (allowed, reason) in _ONE_MODEL.items():
        if hyperparameters.get(name) not in allowed:
            raise HyperparameterError(f"hyperparameter {name}: {hyperparameters.get(name)} does not fit, {reason}")
