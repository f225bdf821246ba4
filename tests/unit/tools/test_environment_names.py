"""Which names of environments the commands take."""

from __future__ import annotations

import argparse

import pytest

from tools.environments import add_environment, chosen_environment


def chosen(*arguments: str, emulated: bool = True) -> str:
    parser = argparse.ArgumentParser()
    add_environment(parser)
    return chosen_environment(parser, parser.parse_args(arguments), emulated=emulated)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["local"], "local"),
        (["prod"], "prod"),
        (["dev", "--name", "pr12"], "pr12"),
        (["--name", "pr12", "dev"], "pr12"),
        (["pr12"], "pr12"),
    ],
)
def test_an_environment_is_named_or_a_preview_of_dev(arguments: list[str], name: str) -> None:
    assert chosen(*arguments) == name


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["staging"], "'staging' is no environment; allowed is one of local, dev, prod, or of a preview"),
        (["prod", "--name", "pr12"], "--name is 'pr12' with environment prod"),
        (["dev", "--name", "mine"], "--name is 'mine' with environment dev; allowed is 'pr' and the number"),
        (["pr13", "--name", "pr12"], "--name is 'pr12' with environment pr13"),
        (["local"], "environment is local, which is deployed with 'make up'; allowed is dev, prod or a preview"),
    ],
)
def test_what_does_not_fit_together_is_said(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        chosen(*arguments, emulated=False)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
