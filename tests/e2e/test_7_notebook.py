"""The walkthrough runs with the rights of the notebook's role, and says what it said when it was committed."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from nbformat import NotebookNode
from PIL import Image

from tools.api_client import ApiClient
from tools.deployment import Deployment, api_url, stack_outputs
from tools.notebook import (
    WALKTHROUGH,
    Credentials,
    credentials_of_notebook,
    execute,
    kernel_variables,
    read_notebook,
    remove_user,
)

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
ABSENT_ON_INSTANCE = ("xgboost", "typer", "rich", "scipy")
"""What a kernel of the notebook instance has not, or need not have."""

WHAT_DIFFERS = (
    (r"digits-local-\d{8}-\d{6}-[0-9a-f]{4}", "<job>"),
    (r"digits-local-storage-[0-9a-z-]+", "<bucket>"),
    (r"\b[0-9a-f]{64}\b", "<digest>"),
    (r"\d{4}-\d{2}-\d{2}:\d{2}:\d{2}:\d{2}", "<moment>"),
    (r"\b\d{2}:\d{2}:\d{2}\b", "<time>"),
    (r"\.parquet-?\d+", ".parquet<number>"),
    (r"^\d+ s on .*", "<cost>"),
    (r"[\d,]+ bytes(?=  (<job>|jobs/))", "<size> bytes"),
    (r"^\s+", ""),
    (r"boosting\.py:\d+|c_api\.cc:\d+", "<line>"),
)
NUMBER = re.compile(r"\d+\.\d{3,}")


@pytest.fixture(scope="module")
def credentials(deployment: Deployment) -> Any:
    """A user that may do exactly what the role of the notebook may."""
    yield credentials_of_notebook(deployment)
    remove_user(deployment.client("iam"))


@pytest.fixture(scope="module")
def executed(
    deployment: Deployment, credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> NotebookNode:
    """The walkthrough as it runs now, where a notebook instance's kernel lacks packages too."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({ABSENT_ON_INSTANCE!r}))\n")
    variables = kernel_variables(deployment, credentials)
    variables["PYTHONPATH"] += f":{folder}"
    return execute(WALKTHROUGH, variables=variables, folder=folder)


@pytest.fixture(scope="module")
def committed() -> NotebookNode:
    return read_notebook(WALKTHROUGH)


def lines(cell: NotebookNode) -> list[str]:
    """The lines that a cell wrote, without what tells one run from another."""
    texts = (
        output.text if output.output_type == "stream" else output.data.get("text/plain", "") for output in cell.outputs
    )
    found = []
    for line in "\n".join(texts).splitlines():
        for pattern, name in WHAT_DIFFERS:
            line = re.sub(pattern, name, line)
        found.append(NUMBER.sub("<number>", line))
    return found


def numbers(cell: NotebookNode) -> list[float]:
    """Losses and errors that a cell wrote."""
    texts = (output.text for output in cell.outputs if output.output_type == "stream")
    return [float(number) for number in NUMBER.findall(re.sub(r".*\$.*", "", "\n".join(texts)))]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_says_what_it_said(executed: NotebookNode, committed: NotebookNode) -> None:
    for now, then in zip(code(executed), code(committed), strict=True):
        if "follow_in_words" in now.source and "jobs.submit" in now.source:
            # The log and the phases come from two places, which take turns as they like; how a job starts is told in
            # two steps, and the first may be over before anybody looks.
            told, had_told = (sorted(line for line in lines(cell) if "Starting: " not in line) for cell in (now, then))
            assert told == had_told
            assert len(told) > 30
        else:
            assert lines(now) == lines(then), now.source
        np.testing.assert_allclose(numbers(now), numbers(then), atol=0.003)


def test_its_pictures_are_those_that_they_were(executed: NotebookNode, committed: NotebookNode) -> None:
    pairs = list(zip(pictures(executed), pictures(committed), strict=True))
    assert len(pairs) == 3
    for now, then in pairs:
        assert now.shape == then.shape
    for now, then in pairs[:2]:  # the last one shows how sure the deployed model is, which is another one here
        assert np.abs(now - then).mean() < 1


def pictures(notebook: NotebookNode) -> list[np.ndarray]:
    """Every picture as an array of shape (height, width, 3)."""
    data = [output.data.get("image/png") for cell in code(notebook) for output in cell.outputs if "data" in output]
    opened = (Image.open(io.BytesIO(base64.b64decode(content))) for content in data if content)
    return [np.asarray(picture.convert("RGB"), dtype=float) for picture in opened]


def test_the_model_learnt(executed: NotebookNode) -> None:
    (text,) = (cell.outputs[0].text for cell in code(executed) if cell.source.startswith("for metric, value"))
    assert float(re.findall(r"validation:merror +([\d.]+)", text)[0]) < 0.1


def test_it_left_nothing_on_this_machine_and_its_model_in_the_bucket(
    executed: NotebookNode, deployment: Deployment
) -> None:
    name = re.findall(r"digits-local-\d{8}-\d{6}-[0-9a-f]{4}", executed.cells[-1].outputs[0].text)[0]
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    key = f"jobs/{name}/output/model.tar.gz"
    assert deployment.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 10_000


@pytest.fixture(scope="module")
def session(deployment: Deployment, credentials: Credentials) -> Session:
    made = Session()
    made.set_config_variable("region", deployment.variables["AWS_REGION"])
    made.set_credentials(credentials.key, credentials.secret)
    return made


def test_the_role_may_ask_the_api(deployment: Deployment, session: Session) -> None:
    api = ApiClient(api_url(deployment), session)
    assert api.model().status == 200
    assert api.predict([[0] * 784]).status == 200


ACCOUNT = "123456789012"
JOBS, OTHER_ROLE = "/aws/sagemaker/TrainingJobs", f"arn:aws:iam::{ACCOUNT}:role/other"
MAY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "list-channels": ("s3", "list_objects_v2", {"Bucket": "BUCKET", "Prefix": "channels/"}),
    "list-a-job": ("s3", "list_objects_v2", {"Bucket": "BUCKET", "Prefix": "jobs/digits-local-1/"}),
    "get-a-source": ("s3", "get_object", {"Bucket": "BUCKET", "Key": "sources/mnist/none"}),
    "get-a-result": ("s3", "get_object", {"Bucket": "BUCKET", "Key": "jobs/none/output/model.tar.gz"}),
    "put-a-new-channel": ("s3", "put_object", {"Bucket": "BUCKET", "Key": "channels/new/part", "IfNoneMatch": "*"}),
    "read-where-jobs-run": ("ssm", "get_parameter", {"Name": "/digits/local/training"}),
    "read-where-the-api-is": ("ssm", "get_parameter", {"Name": "/digits/local/api"}),
    "read-the-bucket": ("ssm", "get_parameter", {"Name": "/digits/local/bucket-name"}),
    "describe-a-job": ("sagemaker", "describe_training_job", {"TrainingJobName": "digits-local-none"}),
    "start-a-job": ("sagemaker", "create_training_job", {}),
    "stop-a-job": ("sagemaker", "stop_training_job", {"TrainingJobName": "digits-local-none"}),
    "describe-the-endpoint": ("sagemaker", "describe_endpoint", {"EndpointName": "digits-local"}),
    "describe-itself": ("sagemaker", "describe_notebook_instance", {"NotebookInstanceName": "digits-local"}),
    "find-log-streams": ("logs", "describe_log_streams", {"logGroupName": JOBS}),
    "read-a-job's-log": ("logs", "get_log_events", {"logGroupName": JOBS, "logStreamName": "digits-local-1/algo-1"}),
}
MAY_NOT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "list-everything": ("s3", "list_objects_v2", {"Bucket": "BUCKET"}),
    "list-models": ("s3", "list_objects_v2", {"Bucket": "BUCKET", "Prefix": "models/"}),
    "get-a-model": ("s3", "get_object", {"Bucket": "BUCKET", "Key": "models/none/model.tar.gz"}),
    "put-a-model": ("s3", "put_object", {"Bucket": "BUCKET", "Key": "models/x/model.tar.gz", "IfNoneMatch": "*"}),
    "put-a-channel-again": ("s3", "put_object", {"Bucket": "BUCKET", "Key": "channels/new/part"}),
    "put-a-result": ("s3", "put_object", {"Bucket": "BUCKET", "Key": "jobs/x/model.tar.gz", "IfNoneMatch": "*"}),
    "delete-a-channel": ("s3", "delete_object", {"Bucket": "BUCKET", "Key": "channels/new/part"}),
    "list-buckets": ("s3", "list_buckets", {}),
    "read-another-environment": ("ssm", "get_parameter", {"Name": "/digits/prod/training"}),
    "change-where-jobs-run": (
        "ssm",
        "put_parameter",
        {"Name": "/digits/local/training", "Value": "x", "Type": "String"},
    ),
    "start-a-job-of-others": ("sagemaker", "create_training_job", {"TrainingJobName": "other-1"}),
    "start-a-job-with-another-role": ("sagemaker", "create_training_job", {"RoleArn": OTHER_ROLE}),
    "start-a-job-with-a-network": ("sagemaker", "create_training_job", {"EnableNetworkIsolation": False}),
    "start-a-job-on-a-dear-machine": (
        "sagemaker",
        "create_training_job",
        {"ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}},
    ),
    "start-a-job-that-is-long": (
        "sagemaker",
        "create_training_job",
        {"StoppingCondition": {"MaxRuntimeInSeconds": 86_400}},
    ),
    "keep-machines-warm": (
        "sagemaker",
        "create_training_job",
        {
            "ResourceConfig": {
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 1,
                "KeepAlivePeriodInSeconds": 3600,
            }
        },
    ),
    "stop-a-job-of-others": ("sagemaker", "stop_training_job", {"TrainingJobName": "other-1"}),
    "delete-the-endpoint": ("sagemaker", "delete_endpoint", {"EndpointName": "digits-local"}),
    "promote": ("sagemaker", "update_endpoint", {"EndpointName": "digits-local", "EndpointConfigName": "other"}),
    "make-a-model": ("sagemaker", "create_model", {"ModelName": "m", "ExecutionRoleArn": OTHER_ROLE}),
    "stop-another-notebook": ("sagemaker", "stop_notebook_instance", {"NotebookInstanceName": "other"}),
    "delete-itself": ("sagemaker", "delete_notebook_instance", {"NotebookInstanceName": "digits-local"}),
    "ask-the-endpoint": ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "digits-local", "Body": b"0"}),
    "read-a-log-of-others": ("logs", "get_log_events", {"logGroupName": JOBS, "logStreamName": "other-1/algo-1"}),
    "make-a-role": ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}),
    "see-functions": ("lambda", "list_functions", {}),
}
JOB: dict[str, Any] = {
    "TrainingJobName": "digits-local-by-hand",
    "RoleArn": "ROLE",
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://BUCKET/jobs/"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "EnableNetworkIsolation": True,
}


def refused(deployment: Deployment, session: Session, service: str, operation: str, call: dict[str, Any]) -> bool:
    """Whether the call is refused for lack of a permission; other errors are of no interest here."""
    url = deployment.variables["AWS_ENDPOINT_URL"]
    client: Any = session.create_client(service, endpoint_url=url)
    whole = {**JOB, **call} if operation == "create_training_job" else call
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    role = stack_outputs(deployment, "training")["TrainingRoleArn"]
    filled = {
        key: value.replace("BUCKET", bucket).replace("ROLE", role) if isinstance(value, str) else value
        for key, value in whole.items()
    }
    try:
        getattr(client, operation)(**filled)
    except ClientError as problem:
        return problem.response["Error"]["Code"] in DENIED
    return False


@pytest.mark.parametrize("name", MAY)
def test_the_role_may(deployment: Deployment, session: Session, name: str) -> None:
    assert not refused(deployment, session, *MAY[name])


@pytest.mark.parametrize("name", MAY_NOT)
def test_the_role_may_not(deployment: Deployment, session: Session, name: str) -> None:
    assert refused(deployment, session, *MAY_NOT[name])


def test_the_deployed_instance_is_what_was_asked_for(deployment: Deployment) -> None:
    instance = deployment.client("sagemaker").describe_notebook_instance(NotebookInstanceName="digits-local")
    assert instance["NotebookInstanceStatus"] == "InService"
    assert instance["RootAccess"] == "Disabled"
    assert instance["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": "2"}
    config = deployment.client("sagemaker").describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName="digits-local"
    )
    script = base64.b64decode(config["OnStart"][0]["Content"]).decode()
    assert script.startswith("#!/bin/bash\nenvironment=local\n")
    bucket, key = (re.findall(rf"^{name}=(.*)$", script, re.MULTILINE)[0] for name in ("files_bucket", "files_key"))
    assert deployment.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 100_000
