"""Training: deterministic, dense, cut to its best round, and stopped when asked."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost

from tests.support.training_digits import SMALL, as_libsvm, small_split
from training.common.errors import ArtifactError, DataError, FitError
from training.common.files import sha256_of_bytes
from training.data.channel_reading import read_channel
from training.data.channels import write_channel
from training.data.dataset import Split
from training.model.artifact import load_model, pack, unpack
from training.model.evaluation import evaluate, hardest, probabilities_of
from training.model.fitting import FitResult, fit
from training.model.hyperparameters import Hyperparameters
from training.model.watching import Round

TRAIN, VALIDATION = small_split(400, seed=1), small_split(100, seed=2)


def fitted(hyperparameters: Hyperparameters = SMALL, *, stop_after: int = 1000) -> tuple[FitResult, list[Round]]:
    rounds: list[Round] = []
    result = fit(
        TRAIN,
        VALIDATION,
        hyperparameters,
        on_round=rounds.append,
        stop_requested=lambda: len(rounds) >= stop_after,
    )
    return result, rounds


@pytest.fixture(scope="module")
def model() -> bytes:
    return bytes(fitted()[0].booster.save_raw("ubj"))


def test_it_learns_and_reports_every_round() -> None:
    result, rounds = fitted()
    assert [round_.number for round_ in rounds] == [1, 2, 3, 4]
    assert rounds[-1].train["merror"] <= rounds[0].train["merror"]
    assert rounds[-1].validation.keys() == {"mlogloss", "merror"}
    assert (
        evaluate(probabilities_of(result.booster, VALIDATION.images), VALIDATION.labels, split="validation").accuracy
        > 0.8
    )
    assert not result.interrupted


def test_the_same_seed_gives_the_same_archive_and_another_seed_does_not(model: bytes) -> None:
    again = bytes(fitted()[0].booster.save_raw("ubj"))
    assert sha256_of_bytes(pack(again)) == sha256_of_bytes(pack(model))
    other = Hyperparameters.from_sagemaker({**SMALL.to_sagemaker(), "seed": "2"})
    assert bytes(fitted(other)[0].booster.save_raw("ubj")) != model


def test_asking_to_stop_keeps_the_rounds_so_far() -> None:
    result, rounds = fitted(stop_after=2)
    assert result.interrupted
    assert len(rounds) == 2
    assert 1 <= result.booster.num_boosted_rounds() <= 2


def test_early_stopping_keeps_the_best_round_and_what_is_saved_is_what_was_scored() -> None:
    # noise for labels: the validation gets worse after the first rounds
    generator = np.random.default_rng(0)
    noisy = Split(images=VALIDATION.images, labels=generator.permutation(VALIDATION.labels))
    texts = {**SMALL.to_sagemaker(), "num_round": "40", "early_stopping_rounds": "3", "eval_metric": "merror,mlogloss"}
    result = fit(TRAIN, noisy, Hyperparameters.from_sagemaker(texts))
    losses = [round_.validation["mlogloss"] for round_ in result.history]
    assert result.best_round == int(np.argmin(losses)) + 1
    assert len(result.history) == result.best_round + 3 < 40
    assert result.booster.num_boosted_rounds() == result.best_round
    loaded = load_model(bytes(result.booster.save_raw("ubj")), name="model")
    probabilities = loaded.predict(xgboost.DMatrix(noisy.images))
    scored = evaluate(probabilities, noisy.labels, split="validation")
    assert scored.log_loss == pytest.approx(losses[result.best_round - 1], abs=1e-6)
    assert np.array_equal(probabilities, probabilities_of(loaded, noisy.images))


def test_nothing_but_trees_is_in_the_model(model: bytes) -> None:
    assert load_model(model, name="model").attributes() == {}


@pytest.mark.slow
def test_csv_parquet_and_libsvm_channels_train_the_very_same_model(tmp_path: Path, model: bytes) -> None:
    for file_format in ("csv", "parquet"):
        write_channel(tmp_path / file_format, TRAIN, file_format=file_format, parts=2)
    (tmp_path / "libsvm").mkdir()
    (tmp_path / "libsvm/part.libsvm").write_bytes(as_libsvm(TRAIN))
    for folder in ("csv", "parquet", "libsvm"):
        booster = fit(read_channel(tmp_path / folder), VALIDATION, SMALL).booster
        assert bytes(booster.save_raw("ubj")) == model, folder


def test_zero_is_a_value_and_not_missing(model: bytes) -> None:
    booster = load_model(model, name="model")
    dense = probabilities_of(booster, VALIDATION.images)
    as_missing = booster.predict(xgboost.DMatrix(VALIDATION.images.astype(np.float32), missing=0))
    assert not np.allclose(dense, as_missing)
    right = (dense.argmax(axis=1) == VALIDATION.labels).mean()
    assert right > (as_missing.argmax(axis=1) == VALIDATION.labels).mean()


@pytest.mark.filterwarnings("ignore:.*manually specified the `updater`")
def test_what_the_library_refuses_is_one_line() -> None:
    # the data is binned for hist, which this updater cannot read
    texts = {**SMALL.to_sagemaker(), "tree_method": "hist", "updater": "grow_colmaker", "max_depth": "3"}
    with pytest.raises(FitError, match="xgboost refuses to train: ") as caught:
        fitted(Hyperparameters.from_sagemaker(texts))
    assert "\n" not in str(caught.value)


def test_a_split_that_is_not_valid_is_not_trained_on() -> None:
    with pytest.raises(DataError, match="the validation split"):
        fit(TRAIN, VALIDATION.slice(0, 5), SMALL)


def test_the_hardest_digits_come_worst_first(model: bytes) -> None:
    probabilities = probabilities_of(load_model(model, name="model"), VALIDATION.images)
    mistakes = hardest(probabilities, VALIDATION, count=10)
    assert [mistake.probability for mistake in mistakes] == sorted(mistake.probability for mistake in mistakes)
    assert mistakes[0].probability == pytest.approx(
        min(probabilities[index, label] for index, label in enumerate(VALIDATION.labels))
    )


# --- the archive ---------------------------------------------------------------------------------------------------


def test_the_archive_is_one_plain_file_and_always_the_same_bytes(model: bytes) -> None:
    archive = pack(model)
    assert archive == pack(model)
    assert archive[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        (member,) = opened.getmembers()
    assert (member.name, member.mtime, member.uid, member.gid, member.uname, member.isreg()) == (
        "xgboost-model", 0, 0, 0, "", True,
    )  # fmt: skip
    assert unpack(archive, name="model.tar.gz") == model


def archive_of(*members: tuple[str, bytes | None]) -> bytes:
    """A gzipped tar of files, or of a symbolic link where there is no content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content or b""))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "complaint"),
    [
        (archive_of(), "holds nothing"),
        (archive_of(("xgboost-model", b"a"), ("extra.py", b"b")), "holds 2 entries"),
        (archive_of(("xgboost-model", None)), "not a regular file"),
        (archive_of(("/xgboost-model", b"a")), "holds 1 entries"),
        (archive_of(("../xgboost-model", b"a")), "holds 1 entries"),
        (archive_of(("model/xgboost-model", b"a")), "holds 1 entries"),
        (archive_of(("xgboost-model", b"a"))[:-30], "is not a gzipped tar archive"),
        (b"", "is not a gzipped tar archive"),
        (b"plain text", "is not a gzipped tar archive"),
    ],
    ids=["nothing", "two", "folder", "absolute", "parent", "nested", "cut off", "empty", "text"],
)
def test_any_other_archive_is_refused(archive: bytes, complaint: str) -> None:
    with pytest.raises(ArtifactError, match=complaint):
        unpack(archive, name="model.tar.gz")


def other_model(**parameters: object) -> bytes:
    columns = int(str(parameters.pop("columns", 784)))
    data = xgboost.DMatrix(np.zeros((20, columns)), np.arange(20) % 2)
    return bytes(xgboost.train({"nthread": 1, **parameters}, data, 1).save_raw("ubj"))


def test_only_a_digits_model_is_served(model: bytes) -> None:
    softprob = {"objective": "multi:softprob", "num_class": 10}
    cases = {
        "is a pickle": b"\x80\x04\x95" + model,
        "is not a UBJSON model, it begins with 7b22": b'{"learner": {}}',
        "it begins with nothing": b"",
        "damaged UBJSON": model[: len(model) // 2],
        "has features 783": other_model(**softprob, columns=783),
        "has classes 3": other_model(objective="multi:softprob", num_class=3),
        "has objective multi:softmax": other_model(objective="multi:softmax", num_class=10),
    }
    for complaint, content in cases.items():
        with pytest.raises(ArtifactError, match=complaint) as caught:
            load_model(content, name="xgboost-model")
        assert "\n" not in str(caught.value)
