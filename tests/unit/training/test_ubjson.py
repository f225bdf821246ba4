"""A UBJSON document that is cut off, or whose lengths are wrong, is refused before XGBoost reads past its end."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import xgboost

from training.model.ubjson import require_whole


@pytest.fixture(scope="module")
def model() -> bytes:
    """A small booster, as XGBoost writes it."""
    data = xgboost.DMatrix(np.eye(20, 5), np.arange(20) % 3)
    options = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    return bytes(xgboost.train(options, data, 2).save_raw("ubj"))


def test_what_xgboost_writes_is_whole(model: bytes) -> None:
    require_whole(model)


@pytest.mark.slow
def test_every_cut_is_refused(model: bytes) -> None:
    for length in range(len(model)):
        with pytest.raises(ValueError, match=rf"^the document of {length} bytes is cut off or is not UBJSON$"):
            require_whole(model[:length])


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"{U\x01ai\x05}",
        b"{U\x01a[i\x01i\x02]}",
        b"{U\x01a[#U\x02i\x01Z}",
        b"{U\x01a[$d#U\x01\0\0\0\0}",
        b"SU\x02ab",
    ],
)
def test_every_kind_of_value_is_skipped(document: bytes) -> None:
    require_whole(document)
    with pytest.raises(ValueError, match="cut off"):
        require_whole(document[:-1])


@pytest.mark.parametrize(
    "document",
    [
        b"{U\x01a[$d#L" + struct.pack(">q", 1 << 60) + b"}",
        b"{U\x01a[$d#L" + struct.pack(">q", -8) + b"}",
        b"{U\x01a[$dU\x01\0\0\0\0}",
        b"{U\x01aX}",
        b"[" * 1000 + b"]" * 1000,
    ],
    ids=["too long", "negative", "no count", "unknown marker", "too deep"],
)
def test_what_would_lead_astray_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="is not UBJSON"):
        require_whole(document)
