"""The layers of locked packages: what is in them, and the digests that name them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_packages import CODE_BYTES, LARGEST_BYTES, check_size, leave_out
from stacks.shared.function_target import FunctionTarget
from stacks.shared.picture_packages import PICTURE_PACKAGES
from stacks.stream.digit_stream import STREAM_PACKAGES
from tests.support.assemblies import Assembly

EMULATOR, LAMBDA = FunctionTarget.EMULATOR, FunctionTarget.LAMBDA


def test_the_digest_tells_packages_and_platforms_apart() -> None:
    digests = {each.digest(target) for each in (PICTURE_PACKAGES, STREAM_PACKAGES) for target in FunctionTarget}
    assert len(digests) == 4


def test_other_locked_packages_have_another_digest(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    assert replace(STREAM_PACKAGES, requirements=tmp_path / "requirements.txt").digest(LAMBDA) != (
        STREAM_PACKAGES.digest(LAMBDA)
    )


def test_what_is_left_out_is_part_of_the_digest() -> None:
    whole = replace(STREAM_PACKAGES, left_out=())
    assert whole.digest(LAMBDA) != STREAM_PACKAGES.digest(LAMBDA)
    assert "pyarrow==" in STREAM_PACKAGES.requirements.read_text()


def test_leaving_out_removes_what_matches_and_nothing_else(tmp_path: Path) -> None:
    for name in ("pyarrow/tests/a.py", "pyarrow/_flight.so", "pyarrow/lib.so"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    leave_out(tmp_path, ("pyarrow/tests", "pyarrow/_flight*"))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["lib.so"]


def test_a_pattern_that_matches_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no locked package has 'pyarrow/_flight"):
        leave_out(tmp_path, ("pyarrow/_flight*",))


def test_packages_that_lambda_would_refuse_is_refused_here(tmp_path: Path) -> None:
    with (tmp_path / "large.so").open("wb") as file:
        file.truncate(LARGEST_BYTES - CODE_BYTES)
    check_size(tmp_path)
    (tmp_path / "one.py").write_text("#")
    with pytest.raises(ConfigurationError, match="have 261095425 bytes unpacked; at most 261095424 leave room"):
        check_size(tmp_path)


def test_functions_that_read_pictures_share_what_is_uploaded(assemblies: dict[str, Assembly]) -> None:
    for assembly in assemblies.values():
        api, upload = (
            {
                layer["Properties"]["Content"]["S3Key"]
                for name, layer in assembly.resources("AWS::Lambda::LayerVersion", part).items()
                if name.startswith("PicturePackages")
            }
            for part in ("api", "upload")
        )
        assert len(api) == 1
        assert api == upload


def test_the_locked_packages_leave_out_what_lambda_brings() -> None:
    names = {
        line.partition("==")[0]
        for line in (SOURCES / "requirements-pictures.txt").read_text().splitlines()
        if "==" in line
    }
    assert {"opencv-python-headless", "numpy", "pillow", "aws-lambda-powertools"} <= names
    assert not names & {"boto3", "botocore"}
