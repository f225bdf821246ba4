"""Load one model of a stranger and say whether it may be served: `python -m training.model.model_process NAME`.

The model comes on standard input, the answer goes to standard output as JSON: `{"problem": null}` or a sentence. It is
a process of its own because a library that reads what it trusts may crash, fill the memory or never end; it limits
itself before it loads anything. `training.model.foreign_model` starts it.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout, suppress

SECONDS_MAX = 60
"""Of processor time; a model of 60 rounds takes a tenth of one beside the import of XGBoost."""

BYTES_MAX = 4 << 30
"""Of address space, beside `BYTES_PER_BYTE` times the model; the import of XGBoost takes less than one GiB of it."""

BYTES_PER_BYTE = 16


def main() -> int:
    """Check the model on standard input; returns the exit code."""
    content = sys.stdin.buffer.read()
    _limit(len(content))
    try:
        with redirect_stdout(sys.stderr):  # XGBoost prints its warnings, and the answer stands alone
            problem = _problem(content, sys.argv[1])
    except MemoryError:
        problem = f"{sys.argv[1]} needs more memory than a model of its size may"
    sys.stdout.write(json.dumps({"problem": problem}))
    return 0


def _limit(size: int) -> None:
    """Limits of this process, where the system has them: https://docs.python.org/3/library/resource.html."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_CPU: SECONDS_MAX,
        resource.RLIMIT_AS: BYTES_MAX + BYTES_PER_BYTE * size,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        with suppress(ValueError, OSError):
            hard = resource.getrlimit(which)[1]
            lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (lowest, lowest))


def _problem(content: bytes, name: str) -> str | None:
    import numpy as np

    from contract.digit import CLASSES, PIXEL_MAX, PIXELS
    from training.common.errors import ArtifactError
    from training.model.artifact import load_model
    from training.model.evaluation import probabilities_of
    from training.model.tree_checks import tree_problem

    try:
        booster = load_model(content, name=name)
    except ArtifactError as problem:
        return str(problem)
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    found = tree_problem(learner, features=PIXELS, classes=CLASSES)
    if found is None:
        paper_and_ink = np.array([[0], [PIXEL_MAX]], dtype=np.uint8).repeat(PIXELS, axis=1)
        with np.errstate(all="ignore"):
            probabilities = probabilities_of(booster, paper_and_ink)
        if not np.all(np.isfinite(probabilities)):
            found = "it gives no probabilities"
    return f"{name} is not a model that may be served: {found}; run: python -m training fit" if found else None


if __name__ == "__main__":
    sys.exit(main())
