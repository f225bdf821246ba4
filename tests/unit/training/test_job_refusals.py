"""Whatever SageMaker or the container would refuse is refused before a job is sent, in one sentence that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.job_fakes import CSV_LINE, FakeJobs, FakeObjects, FakeRoles, job
from tests.support.training_jobs import BUCKET, IN_A_VPC, KEY, ON_SPOT, ONE_HOST, SEVERAL_HOSTS, channel
from training.common.errors import HyperparameterError, JobError
from training.jobs.preflight import Findings, check
from training.jobs.spec import Channel, JobSpec, Machines, OnDemand, Spot, Vpc
from training.model.hyperparameters import Hyperparameters

PREFIX = "channels/0123"


def spec_with(**changes: Any) -> JobSpec:
    return replace(ONE_HOST, **changes)


REFUSED_AT_ONCE: list[tuple[str, Callable[[], object], str]] = [
    ("name_too_long", lambda: spec_with(name="d" * 64), "has 64 characters, allowed are at most 63"),
    ("name_underscore", lambda: spec_with(name="digits_1"), "allowed are letters, digits and hyphens"),
    ("name_ends_with_hyphen", lambda: spec_with(name="digits-"), "allowed are letters, digits and hyphens"),
    ("name_empty", lambda: spec_with(name=""), "the job name '' is not valid"),
    ("role_no_arn", lambda: spec_with(role_arn="digits-role"), "is not the ARN of a role"),
    ("key_no_arn", lambda: spec_with(kms_key_arn="foo"), "'foo' is not the ARN of a key"),
    ("key_alias", lambda: spec_with(kms_key_arn=KEY.replace(":key/", ":alias/")), "is not the ARN of a key"),
    ("test_channel", lambda: channel("test"), "takes train and validation only"),
    ("code_channel", lambda: channel("code"), "takes train and validation only"),
    ("no_train", lambda: spec_with(channels=(channel("validation"),)), "expected train once"),
    ("train_twice", lambda: spec_with(channels=(channel(), channel())), "expected train once"),
    ("no_channel", lambda: spec_with(channels=()), "the channels are none"),
    ("libsvm", lambda: channel(content_type="text/libsvm"), "allowed are text/csv, application/x-parquet"),
    (
        "two_formats",
        lambda: spec_with(channels=(channel(), channel("validation", content_type="application/x-parquet"))),
        "the container reads both as train's",
    ),
    (
        "same_data_twice",
        lambda: spec_with(channels=(channel(), replace(channel("validation"), uri=channel().uri))),
        "validation would measure nothing",
    ),
    ("uri_https", lambda: Channel(name="train", uri="https://b/x/", content_type="text/csv"), "expected s3://"),
    ("uri_bucket", lambda: spec_with(output_uri="s3://B/"), "the output is at 's3://B/'"),
    ("arm64", lambda: Machines(instance_type="ml.c7g.xlarge"), "has an arm64 processor"),
    ("arm64_disk", lambda: Machines(instance_type="ml.m6gd.large"), "has an arm64 processor"),
    ("grace", lambda: Machines(instance_type="ml.p6e-gb200.36xlarge"), "has an arm64 processor"),
    ("trainium", lambda: Machines(instance_type="ml.trn1.2xlarge"), "has accelerators"),
    ("unknown_family", lambda: Machines(instance_type="ml.m99.xlarge"), "is not known for training"),
    ("unknown_size", lambda: Machines(instance_type="ml.m5.3xlarge"), "sizes of ml.m5 are large, xlarge"),
    ("no_instance_type", lambda: Machines(instance_type="m5.xlarge"), "is not of the form ml.FAMILY.SIZE"),
    ("no_hosts", lambda: Machines(instance_type="ml.m5.xlarge", instance_count=0), "instance count is 0 hosts"),
    ("volume", lambda: Machines(instance_type="ml.m5.xlarge", volume_gb=20_000), "allowed are 1 to 16384"),
    ("volume_of_disk", lambda: Machines(instance_type="ml.g4dn.xlarge", volume_gb=200), "allowed are 1 to 125"),
    ("run_0", lambda: OnDemand(max_run_seconds=0), "run time is 0 seconds"),
    ("run_29_days", lambda: OnDemand(max_run_seconds=29 * 86_400), "allowed are 1 to 2419200"),
    ("wait_below_run", lambda: Spot(max_run_seconds=60, max_wait_seconds=59), "must be at least its 60"),
    ("checkpoint", lambda: Spot(max_run_seconds=60, max_wait_seconds=60, checkpoint_uri="x"), "the checkpoint is at"),
    ("subnet_alone", lambda: Vpc(subnets=("subnet-1",), security_groups=()), "0 security groups"),
    ("group_alone", lambda: Vpc(subnets=(), security_groups=("sg-1",)), "0 subnets"),
    ("no_subnet_id", lambda: Vpc(subnets=("10.0.0.0/24",), security_groups=("sg-1",)), "expected an id such as"),
    ("six_groups", lambda: Vpc(subnets=("subnet-1",), security_groups=("sg-1",) * 6), "allowed are 1 to 5"),
    ("aws_tag", lambda: spec_with(tags=(("aws:x", "1"),)), "not beginning with aws:"),
    ("tag_sign", lambda: spec_with(tags=(("a", "b!"),)), "the tag a=b! is not valid"),
    ("tag_twice", lambda: spec_with(tags=(("a", "1"), ("a", "2"))), "the tag a is given twice"),
    ("tags_51", lambda: spec_with(tags=tuple((str(n), "1") for n in range(51))), "there are 51 tags"),
    (
        "key_on_disks",
        lambda: spec_with(kms_key_arn=KEY, machines=Machines(instance_type="ml.g4dn.xlarge")),
        "take no key of KMS",
    ),
    (
        "gpu_hist_without_gpu",
        lambda: spec_with(hyperparameters=Hyperparameters.default(tree_method="gpu_hist")),
        "ask for a GPU, but ml.m5.xlarge has none",
    ),
    (
        "dask_without_gpu",
        lambda: spec_with(hyperparameters=Hyperparameters.default(use_dask_gpu_training="true")),
        "ask for a GPU",
    ),
    (
        "dask_with_exact",
        lambda: spec_with(
            hyperparameters=Hyperparameters.default(use_dask_gpu_training="true", tree_method="exact"),
            machines=Machines(instance_type="ml.g4dn.xlarge"),
        ),
        "needs tree_method gpu_hist or hist, it is exact",
    ),
    (
        "exact_on_two_hosts",
        lambda: spec_with(
            hyperparameters=Hyperparameters.default(tree_method="exact", max_depth="6"),
            machines=Machines(instance_type="ml.m5.xlarge", instance_count=2),
        ),
        "trains on one host only, the job has 2",
    ),
]


@pytest.mark.parametrize(
    ("make", "expected"), [each[1:] for each in REFUSED_AT_ONCE], ids=[x[0] for x in REFUSED_AT_ONCE]
)
def test_a_job_that_would_be_refused_is_none(make: Callable[[], object], expected: str) -> None:
    with pytest.raises(JobError) as caught:
        make()
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "texts",
    [{"num_round": "0"}, {"eta": "2"}, {"subsample": "0"}, {"rounds": "5"}, {"max_depth": "deep"}],
    ids=["num_round", "eta", "subsample", "unknown", "no_number"],
)
def test_hyperparameters_that_the_container_refuses(texts: dict[str, str]) -> None:
    with pytest.raises(HyperparameterError):
        Hyperparameters.default(**texts)


def objects(parts: int = 3, *, files: dict[str, bytes] | None = None, region: str = "us-east-1") -> FakeObjects:
    keys = {f"{PREFIX}/{name}/part-{n:05d}.csv": CSV_LINE for name in ("train", "validation") for n in range(parts)}
    return FakeObjects(buckets={BUCKET: {**keys, **(files or {})}}, regions={BUCKET: region})


def findings(
    spec: JobSpec = ONE_HOST,
    *,
    stored: FakeObjects | None = None,
    roles: FakeRoles | None = None,
    jobs: FakeJobs | None = None,
    region: str = "us-east-1",
) -> Findings:
    return check(
        spec, region=region, jobs=jobs or FakeJobs([None]), objects=stored or objects(), roles=roles or FakeRoles()
    )


@pytest.mark.parametrize("spec", [ONE_HOST, SEVERAL_HOSTS, ON_SPOT], ids=["one_host", "several_hosts", "on_spot"])
def test_a_sound_job_is_let_through(spec: JobSpec) -> None:
    assert findings(spec) == Findings(problems=(), notes=())


def one_problem(found: Findings) -> str:
    assert len(found.problems) == 1, found.problems
    return found.problems[0]


def test_a_name_that_is_taken() -> None:
    assert "there is a job" in one_problem(findings(jobs=FakeJobs([job()])))


def test_an_image_of_another_region() -> None:
    found = findings(region="eu-west-1", stored=objects(region="eu-west-1"))
    assert "is that of us-east-1, the job runs in eu-west-1" in one_problem(found)


def test_a_bucket_in_another_region() -> None:
    assert "is in eu-west-1, the job runs in us-east-1" in one_problem(findings(stored=objects(region="eu-west-1")))


def test_a_bucket_that_is_not_there() -> None:
    assert "there is no such bucket" in one_problem(findings(stored=FakeObjects(buckets={})))


def test_an_empty_channel() -> None:
    stored = objects()
    stored.buckets[BUCKET] = {key: text for key, text in stored.buckets[BUCKET].items() if "/train/" in key}
    assert "the channel validation at" in one_problem(findings(stored=stored))


@pytest.mark.parametrize(
    "extra",
    [{"_SUCCESS": CSV_LINE}, {"_temporary": b""}, {"sub/": b""}, {"empty.csv": b""}],
    ids=["success", "underscore", "folder", "empty"],
)
def test_what_is_no_part_does_not_count(extra: dict[str, bytes]) -> None:
    files = {f"{PREFIX}/train/{name}": content for name, content in extra.items()}
    found = findings(SEVERAL_HOSTS, stored=objects(2, files=files))
    assert len(found.problems) == 2
    assert "the channel train has 2 part files for 3 hosts" in found.problems[0]
    assert "the channel validation has 2 part files for 3 hosts" in found.problems[1]
    assert "prepare --parts 3" in found.problems[1]


def test_hosts_that_each_read_everything_need_no_parts_of_their_own() -> None:
    everything = replace(
        SEVERAL_HOSTS,
        hyperparameters=Hyperparameters.default(use_dask_gpu_training="true"),
        machines=Machines(instance_type="ml.g4dn.xlarge", instance_count=3),
    )
    assert findings(everything, stored=objects(1)).problems == ()


def test_a_hidden_file() -> None:
    found = findings(stored=objects(files={f"{PREFIX}/train/.DS_Store": b"x"}))
    assert "hidden file channels/0123/train/.DS_Store, on which the container fails" in one_problem(found)


def test_a_file_too_deep() -> None:
    found = findings(stored=objects(files={f"{PREFIX}/train/a/b/c/part.csv": CSV_LINE}))
    assert "deeper than the 3 levels" in one_problem(found)
    assert findings(stored=objects(files={f"{PREFIX}/train/a/b/part.csv": CSV_LINE})).problems == ()


def test_a_prefix_that_takes_in_its_neighbour() -> None:
    channels = tuple(replace(each, uri=each.uri.rstrip("/")) for each in ONE_HOST.channels)
    files = {f"{PREFIX}/train-parquet/part-00000.parquet": b"PAR1"}
    found = findings(replace(ONE_HOST, channels=channels), stored=objects(files=files))
    assert "also matches channels/0123/train-parquet/part-00000.parquet" in one_problem(found)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PAR1 and more", "is Parquet, but the channel says text/csv"),
        (b"label,pixel\n1,2\n", "has 2 values, expected a label and 784 pixels"),
        (CSV_LINE.replace(b",", b";"), "has 1 values"),
        (CSV_LINE.replace(b"7", b"label", 1), "is a header or holds text"),
        (CSV_LINE.replace(b"7", b"70", 1), "the first value of channels/0123/train/part-00000.csv is 70"),
    ],
    ids=["parquet", "columns", "semicolons", "header", "label"],
)
def test_what_lies_there_is_looked_into(content: bytes, expected: str) -> None:
    found = findings(stored=objects(files={f"{PREFIX}/train/part-00000.csv": content}))
    assert expected in one_problem(found)


def test_csv_where_parquet_is_said() -> None:
    assert "is not Parquet, but the channel says application/x-parquet" in one_problem(findings(IN_A_VPC))


def test_data_that_went_into_the_archive() -> None:
    class ArchivedObjects(FakeObjects):
        def list(self, bucket: str, prefix: str) -> Any:
            return (replace(each, is_archived=each.key.endswith("00001.csv")) for each in super().list(bucket, prefix))

    found = findings(stored=ArchivedObjects(buckets=objects().buckets))
    assert "part-00001.csv, which is in an archive storage class" in found.problems[0]
    assert "aws s3api restore-object" in found.problems[0]


def test_data_that_does_not_fit_on_the_volume() -> None:
    class LargeObjects(FakeObjects):
        def list(self, bucket: str, prefix: str) -> Any:
            return (replace(each, size_bytes=2 << 30) for each in super().list(bucket, prefix))

    stored = LargeObjects(buckets=objects().buckets)
    assert "hold 12.0 GiB for each host" in one_problem(findings(stored=stored))
    assert findings(SEVERAL_HOSTS, stored=stored).problems == ()


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (FakeRoles(trust=None), "there is no role digits-local-training"),
        (FakeRoles(trust={"Statement": []}), "SageMaker may not assume the role"),
        (
            FakeRoles(
                trust={
                    "Statement": {
                        "Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]},
                        "Action": ["sts:AssumeRole"],
                    }
                }
            ),
            "SageMaker may not assume the role",
        ),
        (FakeRoles(forbidden=["s3:PutObject"]), "may not do s3:PutObject on arn:aws:s3:::digits-local-bucket/jobs/"),
    ],
    ids=["absent", "nobody", "lambda", "no_output"],
)  # fmt: skip
def test_a_role_that_would_not_do(roles: FakeRoles, expected: str) -> None:
    assert expected in one_problem(findings(roles=roles))


def test_a_role_without_access_to_the_channels() -> None:
    roles = FakeRoles(forbidden=["s3:GetObject"])
    found = findings(roles=roles)
    assert [problem.split(" on ")[1].split(";")[0] for problem in found.problems] == [
        f"arn:aws:s3:::{BUCKET}/{PREFIX}/{name}/part-00000" for name in ("train", "validation")
    ]
    assert ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", {"s3:prefix": f"{PREFIX}/train/"}) in roles.asked


@pytest.mark.parametrize(
    "roles", [FakeRoles(may_look=False), FakeRoles(may_simulate=False)], ids=["no_look", "no_simulation"]
)
def test_what_could_not_be_checked_is_said(roles: FakeRoles) -> None:
    found = findings(roles=roles)
    assert found.problems == ()
    assert len(found.notes) == 1
    assert found.notes[0].startswith("not checked: ")


def test_a_long_job_is_told_of_the_quota() -> None:
    found = findings(replace(ONE_HOST, capacity=OnDemand(max_run_seconds=500_000)))
    assert found.problems == ()
    assert "needs a raised quota" in found.notes[0]


def test_a_checkpoint_must_be_writable_too() -> None:
    roles = FakeRoles()
    findings(ON_SPOT, roles=roles)
    written = [resource.partition(":::")[2] for action, resource, _ in roles.asked if action == "s3:PutObject"]
    assert written == [
        f"{BUCKET}/jobs/{ON_SPOT.name}/output/model.tar.gz",
        f"{BUCKET}/jobs/{ON_SPOT.name}/checkpoints/xgboost-checkpoint",
    ]
