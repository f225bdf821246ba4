"""The second backend: the same request, sent by `ModelTrainer` of the SageMaker Python SDK, an optional dependency.

The SDK would choose the job's name, look at the role, take defaults from files of the person who runs it and report its
use. Here it gets the name from us through an event of boto3, does not look at the role (the checks before have done
so), takes no defaults and reports nothing. A contract test holds what it sends against what the other backend sends.
https://sagemaker.readthedocs.io/en/stable/
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from training.aws.clients import new_session
from training.aws.errors import explained
from training.common.errors import JobError
from training.jobs.request import create_training_job_request
from training.jobs.spec import JobSpec

CONFIG_PATH = Path(__file__).with_name("sdk_config.yaml")
_VARIABLES = {
    "SAGEMAKER_USER_CONFIG_OVERRIDE": str(CONFIG_PATH),
    "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(CONFIG_PATH),
    "SAGEMAKER_VALIDATE_ROLE": "false",
}
_NAMED = ("CreateTrainingJob", "DescribeTrainingJob")
"""The calls that the SDK makes with a name of its own; it asks for the job once it has created it."""


class SdkBackend:
    """Sends jobs with the SageMaker SDK.

    Raises
    ------
    JobError
        when the SDK is not installed in this environment; the text says how to get it
    """

    def __init__(self) -> None:
        self._name = ""
        with _variables(), explained("SageMaker"):
            self._sdk = _sdk()
            session = new_session()
            for operation in _NAMED:
                session.events.register(f"before-parameter-build.sagemaker.{operation}", self._put_name)
            self._session = self._sdk.Session(boto_session=session)

    def submit(self, spec: JobSpec) -> None:
        """Create the job."""
        request, self._name = create_training_job_request(spec), spec.name
        with _variables(), explained(f"the job {spec.name}"):
            channels = [self._channel(each) for each in request["InputDataConfig"]]
            self._trainer(request).train(input_data_config=channels, wait=False, logs=False)

    def _put_name(self, params: dict[str, Any], **_event: Any) -> None:
        """Name our job in a call that is about to be made: the SDK appends a time to the name that it is given."""
        params["TrainingJobName"] = self._name

    def _trainer(self, request: Mapping[str, Any]) -> Any:
        """The SDK's object for a job; no `source_code`, which would add channels that the container refuses."""
        sdk, resources = self._sdk, request["ResourceConfig"]
        vpc, output = request.get("VpcConfig", {}), request["OutputDataConfig"]
        return sdk.ModelTrainer(
            training_image=request["AlgorithmSpecification"]["TrainingImage"],
            training_input_mode=request["AlgorithmSpecification"]["TrainingInputMode"],
            role=request["RoleArn"],
            base_job_name=request["TrainingJobName"],
            hyperparameters=dict(request["HyperParameters"]),
            compute=sdk.configs.Compute(
                instance_type=resources["InstanceType"],
                instance_count=resources["InstanceCount"],
                volume_size_in_gb=resources["VolumeSizeInGB"],
                volume_kms_key_id=resources.get("VolumeKmsKeyId"),
                enable_managed_spot_training=request["EnableManagedSpotTraining"],
            ),
            networking=sdk.configs.Networking(
                subnets=vpc.get("Subnets"),
                security_group_ids=vpc.get("SecurityGroupIds"),
                enable_network_isolation=request["EnableNetworkIsolation"],
                enable_inter_container_traffic_encryption=request["EnableInterContainerTrafficEncryption"],
            ),
            output_data_config=sdk.configs.OutputDataConfig(
                s3_output_path=output["S3OutputPath"],
                kms_key_id=output.get("KmsKeyId"),
                compression_type=output["CompressionType"],
            ),
            stopping_condition=sdk.configs.StoppingCondition(
                max_runtime_in_seconds=request["StoppingCondition"]["MaxRuntimeInSeconds"],
                max_wait_time_in_seconds=request["StoppingCondition"].get("MaxWaitTimeInSeconds"),
            ),
            checkpoint_config=self._checkpoint(request),
            tags=[sdk.shapes.Tag(key=tag["Key"], value=tag["Value"]) for tag in request.get("Tags", [])] or None,
            sagemaker_session=self._session,
        )

    def _channel(self, channel: Mapping[str, Any]) -> Any:
        """A whole channel: from a mere address the SDK would make one that every host gets all of."""
        source = channel["DataSource"]["S3DataSource"]
        return self._sdk.shapes.Channel(
            channel_name=channel["ChannelName"],
            data_source=self._sdk.shapes.DataSource(
                s3_data_source=self._sdk.shapes.S3DataSource(
                    s3_data_type=source["S3DataType"],
                    s3_uri=source["S3Uri"],
                    s3_data_distribution_type=source["S3DataDistributionType"],
                )
            ),
            content_type=channel["ContentType"],
            compression_type=channel["CompressionType"],
            input_mode=channel["InputMode"],
        )

    def _checkpoint(self, request: Mapping[str, Any]) -> Any:
        given = request.get("CheckpointConfig")
        return (
            self._sdk.configs.CheckpointConfig(s3_uri=given["S3Uri"], local_path=given["LocalPath"]) if given else None
        )


def _sdk() -> Any:
    """The names of the SDK that are used here; importing it takes seconds."""
    try:
        from sagemaker.core import shapes
        from sagemaker.core.helper.session_helper import Session
        from sagemaker.core.training import configs
        from sagemaker.train import ModelTrainer
    except ImportError as problem:
        raise JobError(
            f"the SageMaker SDK is not in this environment ({problem}); install it with: make .venv-sagemaker/.stamp,"
            " and run: .venv-sagemaker/bin/python -m training submit --set backend=sdk"
            " (without make: pip install --group training --group sagemaker, with pip 25.1 or newer)"
        ) from None
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "sagemaker":
            logging.getLogger(name).setLevel(logging.ERROR)  # it logs every step, on handlers of its own
    return SimpleNamespace(shapes=shapes, configs=configs, Session=Session, ModelTrainer=ModelTrainer)


@contextmanager
def _variables() -> Iterator[None]:
    """The environment variables that the SDK is to see, and those of before when it is done."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(_VARIABLES)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
