"""The review against what is deployed ends in a sentence where it cannot be made."""

from __future__ import annotations

import pytest

from tools.diff import main


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["staging"], "DIGITS_ENVIRONMENT is 'staging'; allowed is one of local, dev, prod, or of a preview"),
        (["dev"], "account of dev is 111111111111, an example that belongs to nobody"),
        (["dev", "--name", "pr12"], "account of pr12 is 111111111111, an example that belongs to nobody"),
        (["prod", "--name", "pr12"], "--name is 'pr12' with environment prod; allowed is"),
        (["dev", "--name", "mine"], "--name is 'mine' with environment dev; allowed is"),
    ],
)
def test_what_cannot_be_reviewed_is_said(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--deployed", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_preview_is_only_compared_with_what_is_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--name", "pr12"])
    assert "--name says which preview is deployed: give --deployed too" in capsys.readouterr().err
