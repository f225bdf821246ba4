"""The review against what is deployed ends in a sentence where it cannot be made."""

from __future__ import annotations

import pytest

from tools.diff import main


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ("staging", "DIGITS_ENVIRONMENT is 'staging'; allowed is one of local, dev, prod, or of a preview"),
        ("dev", "account of dev is 111111111111, an example that belongs to nobody"),
    ],
)
def test_what_cannot_be_reviewed_is_said(environment: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--deployed", environment]) == 2
    assert sentence in capsys.readouterr().err
