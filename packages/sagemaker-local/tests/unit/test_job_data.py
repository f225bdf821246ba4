"""Where the data of jobs goes: files of channels, shares of hosts, the configuration, the archive of the model."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from sagemaker_local.sagemaker.jobs import channels, training_checks
from sagemaker_local.sagemaker.jobs.opt_ml import config_files, hosts_of, pack
from sagemaker_local.sagemaker.jobs.records import JobFailed
from sagemaker_local.sagemaker.shapes import check_input
from support.job_requests import training_request


@pytest.mark.parametrize(
    ("key", "prefix", "name"),
    [
        ("channels/x/train/part-0.csv", "channels/x/train", "part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/train/", "part-0.csv"),
        ("channels/x/train/a/part-0.csv", "channels/x/train", "a/part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/tr", "train/part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/train/part", "part-0.csv"),
        ("code/steps.zip", "code/steps.zip", "steps.zip"),
        ("a/b.csv", "", "a/b.csv"),
        ("channels/x/train//part-0.csv", "channels/x/train", "part-0.csv"),
    ],
)
def test_files_lie_as_their_keys_go_on_after_the_prefix(key: str, prefix: str, name: str) -> None:
    assert channels.local_name(key, prefix) == name


def test_shards_are_dealt_in_the_order_of_keys() -> None:
    keys = ["d", "a", "c", "b", "e"]
    dealt = [channels.share(keys, "ShardedByS3Key", host, 2) for host in range(2)]
    assert dealt == [["a", "c", "e"], ["b", "d"]]
    assert channels.share(keys, "FullyReplicated", 1, 2) == sorted(keys)


def test_a_manifest_lists_objects_after_its_prefix() -> None:
    content = json.dumps([{"prefix": "s3://b/x/"}, "1.csv", "y/2.csv"]).encode()
    assert channels.manifest_urls(content, "s3://b/m") == ("s3://b/x/", ["s3://b/x/1.csv", "s3://b/x/y/2.csv"])
    mistyped = (b'[{"prefix": 5}, "1.csv"]', b'[{"prefix": "b/x/"}, "1.csv"]', b'[{"prefix": "s3://b/"}, {}]')
    for wrong in (b"{}", b"[]", b"no", b'["1.csv"]', *mistyped):
        with pytest.raises(JobFailed, match=r"ClientError: Data download failed:Invalid manifest file .s3://b/m"):
            channels.manifest_urls(wrong, "s3://b/m")


def test_the_configuration_names_all_hosts_of_all_groups() -> None:
    groups = [
        {"InstanceGroupName": "big", "InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "small", "InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    request = training_request("x", ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 1})
    training_checks.check(check_input("CreateTrainingJob", request))
    hosts = hosts_of(request)
    files = config_files(request, hosts[2], hosts)
    assert files["resourceconfig.json"] == {
        "current_host": "algo-3",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "small",
        "hosts": ["algo-1", "algo-2", "algo-3"],
        "instance_groups": [
            {"instance_group_name": "big", "instance_type": "ml.m5.4xlarge", "hosts": ["algo-1"]},
            {"instance_group_name": "small", "instance_type": "ml.m5.large", "hosts": ["algo-2", "algo-3"]},
        ],
        "network_interface_name": "lo",
    }
    assert files["inputdataconfig.json"]["train"] == {
        "ContentType": "text/csv",
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    assert "checkpointconfig.json" not in files


def test_what_two_hosts_made_goes_into_one_archive(tmp_path: Path) -> None:
    for host, files in (("algo-1", ("xgboost-model", "own/1")), ("algo-2", ("xgboost-model", "own/2"))):
        for name in files:
            path = tmp_path / host / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{host} {name}")
    (tmp_path / "algo-2" / "link").symlink_to("/etc/hostname")
    target = tmp_path / "model.tar.gz"
    assert pack([tmp_path / "algo-1", tmp_path / "algo-2"], target)
    with tarfile.open(target) as tar:
        assert tar.getnames() == ["own/1", "own/2", "xgboost-model"]
        content = tar.extractfile("xgboost-model")
        assert content is not None
        assert content.read() == b"algo-1 xgboost-model"
    (tmp_path / "empty").mkdir()
    assert not pack([tmp_path / "empty"], target)
