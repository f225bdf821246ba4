"""`tune`: search for better hyperparameters, here with Optuna or on AWS with automatic model tuning."""

from __future__ import annotations

import typer

from training.commands.options import with_options
from training.commands.tune_local import tune_here
from training.commands.tune_options import TuneOptions, TuningJobOptions, Where
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
    if options.stop:
        stop(context, options.stop, environment=options.environment)
    elif options.attach:
        attach(context, options.attach, environment=options.environment)
    elif options.where is Where.SAGEMAKER:
        tune_on_sagemaker(context, options)
    else:
        _refuse_what_is_for_sagemaker(options)
        if tune_here(context, options):
            raise StoppedEarly


def _refuse_what_is_for_sagemaker(options: TuneOptions) -> None:
    """Refuse what a search on this machine would ignore, above all --dry-run, after which nothing must be started.

    Raises
    ------
    OptionError
        naming the first
    """
    for name, field in fields_of(TuningJobOptions).items():
        if name in options.given:
            shown = field.option.flags[0] if field.option.flags else f"--set {name}"
            raise OptionError(
                f"{shown} is for tuning jobs, but this search is local; add --where sagemaker or leave it out"
            )
