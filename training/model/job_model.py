"""From what a training job left behind to what this project serves: the same model, in an archive of its own.

A job's `model.tar.gz` was packed by the platform, with its clock and owners in it, and the booster carries notes of its
run. Here the model is taken out, checked, cut to its best round, freed of the notes and packed as `package` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import xgboost

from contract.json_fields import JsonFields
from contract.manifest import Data, Host, Training, data_from_fields
from training.common.errors import ArtifactError
from training.model.archives import HARMLESS_NOTES, ArchiveError, read_archive
from training.model.artifact import MODEL_NAME, load_model, pack
from training.model.foreign_model import check_foreign_model
from training.model.model_records import training_facts


@dataclass(frozen=True, kw_only=True)
class AdoptedModel:
    """A model of a job, ready to be served.

    Parameters
    ----------
    booster
        cut to its best round, without attributes
    model
        the same as UBJSON
    archive
        `model.tar.gz` with that and nothing else; the same bytes for the same trees
    best_round
        rounds that the booster has
    """

    booster: xgboost.Booster
    model: bytes
    archive: bytes
    best_round: int


def adopt(content: bytes, *, name: str) -> AdoptedModel:
    """Take the model out of a job's archive and pack it anew.

    Parameters
    ----------
    content
        the bytes of `model.tar.gz` as the job wrote it
    name
        what to call it in an error

    Raises
    ------
    ArtifactError
        when the archive does not hold exactly one model, or one that may not be served, or that this machine cannot
        load
    """
    found = _only_model(content, name)
    check_foreign_model(found, name=name)
    booster = load_model(found, name=name)
    best = _best_round(booster)
    cut = booster[:best]
    cut.set_attr(**dict.fromkeys(cut.attributes()))
    model = bytes(cut.save_raw("ubj"))
    return AdoptedModel(booster=cut, model=model, archive=pack(model), best_round=best)


def published_data(value: Any, *, name: str) -> Data:
    """What the manifest beside published channels says of their source.

    Parameters
    ----------
    value
        its JSON
    name
        what to call it in an error

    Raises
    ------
    ContractError
        when a field is missing or of the wrong type
    """
    fields = JsonFields(value)
    data = data_from_fields(fields, digests="source_sha256")
    fields.check(name, remedy="publish the channels again")
    return data


def training_of_job(*, best_round: int, seconds: float, instance_type: str, hosts: int) -> Training:
    """The run as a manifest describes it; the hosts of a job are known by their type alone.

    Parameters
    ----------
    best_round
        rounds of the model; a job does not say how many came after the best
    seconds
        that the job trained
    instance_type, hosts
        such as `ml.m5.xlarge`, and how many
    """
    facts = training_facts(rounds=best_round, best_round=best_round, seconds=seconds)
    machines = f"SageMaker {instance_type}" + (f" x {hosts}" if hosts > 1 else "")
    host = Host(platform=machines, python=facts.host.python, processors=hosts * processors_of(instance_type))
    return replace(facts, host=host)


def processors_of(instance_type: str) -> int:
    """Virtual processors of an instance type, by its size: `large` has 2, `xlarge` 4, `12xlarge` 48."""
    size = instance_type.rpartition(".")[2]
    times = re.fullmatch(r"(\d*)xlarge", size)
    if times:
        return 4 * int(times[1] or 1)
    return 2 if size in ("medium", "large") else 1


def _best_round(booster: xgboost.Booster) -> int:
    """Early stopping writes down the best round, counted from 0; without it all rounds count."""
    best = booster.attr("best_iteration")
    rounds = booster.num_boosted_rounds()
    return min(int(best) + 1, rounds) if best and re.fullmatch("[0-9]{1,9}", best) else rounds


def _only_model(content: bytes, name: str) -> bytes:
    """The one regular file of the archive; the platform may write its folder too, and `./` before the name."""
    try:
        entries, model = read_archive(content, is_wanted=_is_model, notes=HARMLESS_NOTES)
    except ArchiveError as problem:
        raise ArtifactError(f"{name} is not a gzipped tar archive ({problem}); look at the job that wrote it") from None
    files = [entry for entry in entries if not entry.is_folder]
    if len(files) != 1 or not files[0].is_file or not _is_model(files[0].name):
        shown = ", ".join(entry.shown for entry in files[:3]) or "nothing"
        raise ArtifactError(
            f"{name} holds {shown}{', ...' if len(files) > 3 else ''}, allowed is"
            f" one regular file {MODEL_NAME}; train it with the built-in algorithm, without _kfold"
        )
    return model


def _is_model(name: str) -> bool:
    return name in (MODEL_NAME, f"./{MODEL_NAME}")
