"""Keys in the bucket, which deployed environments and published models hold on to."""

from __future__ import annotations

from contract import bucket_layout


def test_prefixes_stay_as_they_are() -> None:
    assert {name: value for name, value in vars(bucket_layout).items() if name.endswith("_PREFIX")} == {
        "CHANNELS_PREFIX": "channels/",
        "MODELS_PREFIX": "models/",
        "SOURCES_PREFIX": "sources/",
        "MNIST_PREFIX": "sources/mnist/",
        "JOBS_PREFIX": "jobs/",
        "PIPELINE_PREFIX": "pipeline/",
        "CHECKS_PREFIX": "pipeline/checks/",
        "EVALUATIONS_PREFIX": "pipeline/evaluations/",
        "PARTS_PREFIX": "stream/parts/",
        "DEAD_LETTERS_PREFIX": "stream/dead-letters/",
    }


def test_keys_are_made_of_digests() -> None:
    assert bucket_layout.artifact_key("ab") == "models/ab/model.tar.gz"
    assert bucket_layout.channels_prefix("ab") == "channels/ab/"
