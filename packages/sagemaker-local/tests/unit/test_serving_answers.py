"""How answers are chosen and written: headers, CSV and JSON, selectable inference, settings."""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_local.container.serving.encoding import encode_batch, encode_predictions
from sagemaker_local.container.serving.forms import is_eaten_as_form, is_oversized_form
from sagemaker_local.container.serving.media_types import (
    RequestFormat,
    answer_type,
    content_type_header,
    request_format,
    split_header,
)
from sagemaker_local.container.serving.selectable import encode_selected, select
from sagemaker_local.container.serving.settings import ServingSettings


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python 3.13 removed cgi, which the container uses")
@given(st.text('ab=;"\\ ', max_size=20))
def test_headers_are_split_as_by_the_module_the_container_uses(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import cgi
    assert split_header(text) == cgi.parse_header(text)


def test_a_missing_content_type_is_libsvm_and_an_empty_one_nothing() -> None:
    assert request_format(None) is RequestFormat.LIBSVM
    with pytest.raises(ValueError, match=r"^ is not an accepted ContentType: csv, libsvm, parquet"):
        request_format("")


def test_a_label_size_other_than_one_is_refused_for_csv_only() -> None:
    assert request_format('Text/CSV; label_size="1"') is RequestFormat.CSV
    assert request_format("text/libsvm; label_size=0") is RequestFormat.LIBSVM
    with pytest.raises(ValueError, match="label_size must be equal to 1"):
        request_format("text/csv;label_size=0")


def test_the_default_answers_what_is_not_said_and_is_not_checked() -> None:
    assert answer_type("", default="image/png") == answer_type("*/*;q=0.8", default="image/png") == "image/png"
    assert answer_type("Application/JSON; x=1", default="text/csv") == "application/json"
    with pytest.raises(ValueError, match=r"^Accept type text/\* is not supported"):
        answer_type("text/*", default="text/csv")


def test_text_types_carry_a_charset() -> None:
    assert content_type_header("text/csv") == "text/csv; charset=utf-8"
    assert content_type_header("image/svg+xml") == "image/svg+xml; charset=utf-8"
    assert content_type_header("application/json") == "application/json"
    assert content_type_header("") == ""


def test_forms_are_eaten_unless_they_cannot_be_parsed() -> None:
    assert is_eaten_as_form("Application/X-WWW-Form-Urlencoded; charset=utf-8")
    assert is_eaten_as_form('multipart/form-data; boundary="a b"')
    assert not is_eaten_as_form("multipart/form-data")
    assert not is_eaten_as_form(None)
    assert is_oversized_form("application/x-www-form-urlencoded", 500_001)
    assert not is_oversized_form("application/x-www-form-urlencoded", 500_000)
    assert not is_oversized_form("text/csv", 600_000)


FLOATS = st.floats(width=32)


@given(st.one_of(st.lists(FLOATS), st.lists(st.lists(FLOATS, min_size=3, max_size=3), min_size=1)))
def test_csv_is_what_the_csv_module_writes_of_a_numpy_array(predictions: list[float] | list[list[float]]) -> None:
    array = np.array(predictions, float)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
    assert encode_predictions(predictions, "text/csv").decode() == stream.getvalue()


def test_json_npy_and_batch_answers() -> None:
    assert encode_predictions([7.0], "application/json") == b'{"predictions": [{"score": 7.0}]}'
    assert np.load(io.BytesIO(encode_predictions([[1.0, 2.0]], "application/x-npy"))).tolist() == [[1.0, 2.0]]
    assert encode_batch([[0.5, 1e-9], [1.0, 0.0]]) == b"[0.5, 1e-09]\n[1.0, 0.0]\n"
    with pytest.raises(ValueError, match="no writer for the answer type 'application/jsonlines'"):
        encode_predictions([1.0], "application/jsonlines")


PROBABILITIES = np.array([[0.25, 0.5, 0.25]], np.float32)


def test_selected_keys_follow_the_table_and_unknown_ones_are_nan() -> None:
    rows = select(
        PROBABILITIES, ["x", "probability", "predicted_label", "labels"], objective="multi:softprob", classes=3
    )
    assert list(rows[0]) == ["predicted_label", "labels", "probability", "x"]
    assert json.loads(json.dumps(rows[0]).replace("NaN", "null")) == {
        "predicted_label": 1,
        "labels": [0, 1, 2],
        "probability": 0.5,
        "x": None,
    }


@pytest.mark.parametrize(
    ("objective", "prediction", "wanted"),
    [
        ("multi:softmax", 2.0, [2.0, [0, 1, 2], 2.0, [-1.0, 2.0]]),
        ("binary:hinge", 1.0, [1.0, [0, 1], 1.0, [0.0, 1.0]]),
        ("binary:logitraw", -0.5, [0, [0, 1], -0.5, [1.5, -0.5]]),
        ("binary:logistic", 0.75, [1, [0, 1], 0.75, [0.25, 0.75]]),
    ],
)
def test_every_objective_has_its_own_labels_and_scores(objective: str, prediction: float, wanted: list[object]) -> None:
    keys = ["predicted_label", "labels", "raw_score", "raw_scores"]
    rows = select(np.array([prediction], np.float32), keys, objective=objective, classes=3)
    assert [rows[0][key] for key in keys] == wanted


def test_an_objective_without_selectable_inference_is_refused() -> None:
    with pytest.raises(ValueError, match="Objective `rank:pairwise` unsupported"):
        select(PROBABILITIES, ["labels"], objective="rank:pairwise", classes=0)


def test_selected_csv_keeps_the_order_asked_for_and_quotes_lists() -> None:
    keys = ["probabilities", "predicted_label"]
    rows = select(PROBABILITIES, keys, objective="multi:softprob", classes=3)
    assert encode_selected(rows, keys, "text/csv", batch=False) == b'"[0.25, 0.5, 0.25]",1'
    assert encode_selected(rows, keys, "text/csv", batch=True) == b'"[0.25, 0.5, 0.25]",1\n'
    with pytest.raises(ValueError, match="Cannot encode selected predictions into accept type 'image/png'"):
        encode_selected(rows, keys, "image/png", batch=False)


def test_settings_are_read_as_the_container_reads_its_environment() -> None:
    assert ServingSettings.from_environment({}) == ServingSettings()
    environment = {
        "MAX_CONTENT_LENGTH": "20",
        "SAGEMAKER_BATCH": "false",
        "SAGEMAKER_INFERENCE_ENSEMBLE": "True",
        "SAGEMAKER_INFERENCE_OUTPUT": "Labels, probability",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "",
    }
    assert ServingSettings.from_environment(environment) == ServingSettings(
        max_content_length_bytes=20,
        batch=True,
        ensemble=False,
        selected_keys=("labels", "probability"),
        default_accept="",
    )
    with pytest.raises(ValueError, match="MAX_CONTENT_LENGTH is '6MB'"):
        ServingSettings.from_environment({"MAX_CONTENT_LENGTH": "6MB"})
