"""Options of commands: each is defined once, its name means one thing, and wrong names and values say what is known."""

from __future__ import annotations

from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer

from training.commands.command_line import app, main
from training.commands.fit import FitOptions
from training.commands.options import CommandOptions, read_settings, with_options
from training.commands.pipeline import PipelineOptions
from training.commands.submit import SubmitOptions
from training.commands.training_options import TrainingOptions, hyperparameters_of
from training.commands.tune_options import Strategy, TuneOptions
from training.common.errors import OptionError
from training.common.options import fields_of
from training.common.paths import BuildPaths
from training.model.hyperparameter_rules import ALIASES, RULES
from training.model.hyperparameters import DEFAULTS, DESCRIPTIONS

COMMANDS: dict[str, type[CommandOptions]] = {"fit": FitOptions, "submit": SubmitOptions, "tune": TuneOptions}
commands = pytest.mark.parametrize(("command", "options"), COMMANDS.items(), ids=COMMANDS)


def flags_of(command: str) -> dict[str, Any]:
    """The parameters of a command by their name in Python."""
    return {each.name: each for each in typer.main.get_command(app).commands[command].params}  # type: ignore[attr-defined]


@commands
def test_a_name_is_an_option_or_a_hyperparameter(command: str, options: type[CommandOptions]) -> None:
    names = {each.name for each in fields(options)} - {"num_round"}
    assert not names & (RULES.keys() | ALIASES.keys())


@commands
def test_every_field_is_a_flag_or_a_setting(command: str, options: type[CommandOptions]) -> None:
    settings = {name for name, field in fields_of(options).items() if not field.option.flags}
    flags = flags_of(command).keys() - {"settings", "help"}
    assert not settings & flags
    assert settings | flags == {each.name for each in fields(options)} - {"hyperparameters", "given"}


@pytest.mark.parametrize("options", [*COMMANDS.values(), PipelineOptions])
def test_what_is_not_given_has_the_default_of_its_field(options: type) -> None:
    program, got = typer.Typer(), list[Any]()
    program.command()(with_options(options)(lambda _context, read: got.append(read)))
    program([], standalone_mode=False)
    assert [(each.name, getattr(got[0], each.name)) for each in fields(options) if each.default is not MISSING] == [
        (each.name, each.default) for each in fields(options) if each.default is not MISSING
    ]


@commands
def test_a_command_has_at_most_ten_flags(command: str, options: type[CommandOptions]) -> None:
    assert len(flags_of(command)) <= 10


@commands
def test_help_lists_every_name_that_can_be_set(
    command: str, options: type[CommandOptions], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    for name, field in fields_of(options).items():
        if not field.option.flags:
            line = next(line for line in shown.splitlines() if f" {name}: " in line)
            assert field.option.help in line
            if isinstance(field.default, Enum):
                assert f"[default: {field.default.value}]" in line
    for name in RULES:
        assert (f" {name}: " in shown) is (not name.startswith("_"))
    assert f"eta: {DESCRIPTIONS['eta']}, number in [0, 1] [default: {DEFAULTS['eta']}]" in shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("volume_gb=20", 20),
        ("role_arn=a=b", "a=b"),
        ("network_isolation=false", False),
        ("encrypt_between_hosts=true", True),
        ("subnets=subnet-1, subnet-2", ("subnet-1", "subnet-2")),
        ("tags=team=vision,stage=trial", ("team=vision", "stage=trial")),
        ("strategy=Random", Strategy.RANDOM),
        ("rows=10", 10),
    ],
)
def test_a_setting_is_read_as_the_type_of_its_field(text: str, value: object) -> None:
    assert read_settings(TuneOptions, [text]) == ({text.partition("=")[0]: value}, {})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("volume_gb=many", "--set volume_gb=many: the value is 'many', expected a whole number"),
        ("volume_gb=", "the value is '', expected a whole number"),
        ("rows=9", "the value is '9', expected a whole number of at least 10"),
        ("check_role=no", "the value is 'no', expected true or false"),
        ("strategy=Grid", "the value is 'Grid', expected Bayesian or Random"),
        ("subnets=a,,b", "the value is 'a,,b', expected texts separated by commas"),
        ("bucket=", "the value is '', expected a text"),
        ("bucket", "--set bucket is not NAME=VALUE; write it like --set max_leaves=31"),
        ("=1", "--set =1 is not NAME=VALUE"),
        ("trials=2", "trials has a flag of its own; write it as --trials"),
        ("colour=red", "there is no option or hyperparameter colour; options are instance_count, instance_type, spot,"),
        ("colour=red", "hyperparameters are num_round, csv_weights,"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_what_is_known(text: str, complaint: str) -> None:
    with pytest.raises(OptionError) as caught:
        read_settings(TuneOptions, [text])
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_hyperparameter_is_set_by_its_name_or_an_alias_and_the_last_one_counts() -> None:
    settings = ["learning_rate=0.1", "gamma=1", "eta=0.2", "early_stopping_rounds="]
    assert read_settings(FitOptions, settings) == ({}, {"eta": "0.2", "gamma": "1", "early_stopping_rounds": ""})


def test_what_is_chosen_overrides_the_base_and_that_the_defaults(tmp_path: Path) -> None:
    chosen = {"gamma": "1", "early_stopping_rounds": "", "lambda": "5"}
    options = TrainingOptions(num_round="7", hyperparameters=chosen)
    texts = hyperparameters_of(options, BuildPaths(build=tmp_path), subsample="0.5", gamma="2").to_sagemaker()
    assert (texts["num_round"], texts["gamma"], texts["lambda"], texts["subsample"]) == ("7", "1.0", "5.0", "0.5")
    assert "early_stopping_rounds" not in texts
    assert texts["max_leaves"] == DEFAULTS["max_leaves"]
