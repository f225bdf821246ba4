"""`tune`: search for better hyperparameters, here with Optuna or on AWS with automatic model tuning."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from training.commands.options import with_options
from training.commands.tune_local import tune_here
from training.commands.tune_options import LOCAL_OPTIONS, TuneOptions, TuningJobOptions, Where
from training.commands.tune_sagemaker import attach, stop, tune_on_sagemaker
from training.common.errors import OptionError, StoppedEarly
from training.common.options import fields_of


@with_options(TuneOptions)
def tune(context: typer.Context, options: TuneOptions) -> None:
    """Search for better hyperparameters.

    Minimises the log-loss on validation; unpromising trials are stopped early. Writes BUILD/tuning/best.json, which
    fit and submit take with --from-tuning, and a picture. A local search resumes an earlier one of the same kind;
    Ctrl-C ends it and keeps the results. On SageMaker Ctrl-C stops following, not the tuning job.
    """
    if options.stop or options.attach:
        _refuse_what_is_for_a_new_search(options)
    if options.stop:
        stop(context, options.stop, environment=options.environment)
    elif options.attach:
        attach(context, options.attach, environment=options.environment)
    elif options.where is Where.SAGEMAKER:
        _refuse(options, LOCAL_OPTIONS, "for local searches, but this one is on SageMaker; leave it out")
        tune_on_sagemaker(context, options)
    else:
        # Above all --dry-run, after which nothing must be started.
        _refuse(
            options,
            fields_of(TuningJobOptions),
            "for tuning jobs, but this search is local; add --where sagemaker or leave it out",
        )
        if tune_here(context, options):
            raise StoppedEarly


def _refuse_what_is_for_a_new_search(options: TuneOptions) -> None:
    """With --attach or --stop nothing is started, so only the environment may be named."""
    one = "--stop" if options.stop else "--attach"
    others = options.given - {"environment", "where", one.removeprefix("--")}
    _refuse(options, others, f"for a new search, and {one} starts none; leave one of them out")
    if options.hyperparameters:
        raise OptionError(f"--set is for a new search, and {one} starts none; leave one of them out")


def _refuse(options: TuneOptions, names: Iterable[str], because: str) -> None:
    """Refuse what would be ignored.

    Raises
    ------
    OptionError
        naming the first of the options that was given
    """
    for name, field in fields_of(TuneOptions).items():
        if name in names and name in options.given:
            shown = field.option.flags[0] if field.option.flags else f"--set {name}"
            raise OptionError(f"{shown} is {because}")
