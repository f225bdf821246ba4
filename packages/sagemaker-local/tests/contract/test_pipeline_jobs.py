"""A pipeline whose steps are real jobs: it trains, a program looks at the model, and what the program says decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from support.emulated_pipelines import condition, definition, fail, get, join
from support.emulators import Emulator, eventually, trust
from support.job_data import LONG, csv_part
from support.job_requests import processing_request, training_request
from support.pipeline_executions import ARN, finished, register, statement

Json = dict[str, Any]
BUCKET = "emulated-pipelines"
PROGRAM = """
import json, pathlib, sys, tarfile
model, report, least = sys.argv[1:]
with tarfile.open(model) as tar:
    size = tar.getmember("xgboost-model").size
pathlib.Path(report).write_text(json.dumps({"model": {"bytes": size}, "asked": int(least)}))
"""


@dataclass(frozen=True, kw_only=True)
class Piped:
    """An emulator with data, a role that jobs run with, and a role that may start just those jobs."""

    emulator: Emulator
    jobs_role: str
    role: str

    @property
    def sagemaker(self) -> Any:
        return self.emulator.client("sagemaker")

    def train(self, **changes: Any) -> Json:
        """A step that trains in this bucket."""
        request = training_request("piped-train", RoleArn=self.jobs_role, **changes)
        return {"Name": "Train", "Type": "Training", "Arguments": _here(request)}

    def measure(self) -> Json:
        """A step that writes how large the trained model is."""
        request = _here(processing_request("piped-measure", RoleArn=self.jobs_role))
        _, data = request["ProcessingInputs"]
        data["S3Input"]["S3Uri"] = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
        request["AppSpecification"]["ContainerArguments"] = [
            "/opt/ml/processing/data/model.tar.gz",
            "/opt/ml/processing/output/report.json",
            join("", get("Parameters.Least")),
        ]
        output = request["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]
        output["S3Uri"] = join("/", f"s3://{BUCKET}/out", get("Execution.PipelineExecutionId"))
        file = {"PropertyFileName": "Report", "OutputName": "result", "FilePath": "report.json"}
        return {"Name": "Measure", "Type": "Processing", "Arguments": request, "PropertyFiles": [file]}

    def create(self, name: str, *steps: Json, parameters: list[Json]) -> None:
        """Create a pipeline."""
        text = definition(*steps, parameters=parameters)
        self.sagemaker.create_pipeline(PipelineName=name, RoleArn=self.role, PipelineDefinition=text)


def _here(request: Json) -> Json:
    moved: Json = json.loads(json.dumps(request).replace("s3://emulated-jobs/", f"s3://{BUCKET}/"))
    return moved


@pytest.fixture(scope="module")
def piped(emulator: Emulator) -> Piped:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for channel in ("train", "validation"):
        s3.put_object(Bucket=BUCKET, Key=f"channels/{channel}/part-0.csv", Body=csv_part(len(channel)))
    s3.put_object(Bucket=BUCKET, Key="code/program.py", Body=PROGRAM.encode())
    bucket = f"arn:aws:s3:::{BUCKET}"
    use = [
        statement(["s3:ListBucket"], bucket),
        statement(
            ["s3:GetObject", "s3:PutObject"], *(f"{bucket}/{each}/*" for each in ("channels", "code", "jobs", "out"))
        ),
    ]
    verbs = [
        f"sagemaker:{verb}{kind}Job" for verb in ("Create", "Describe", "Stop") for kind in ("Training", "Processing")
    ]
    jobs = _role(emulator, "piped-jobs", use)
    start = [
        statement(verbs, f"{ARN}:training-job/piped-*", f"{ARN}:processing-job/piped-*"),
        statement(["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"], f"{ARN}:model-package/piped/*"),
        statement(["iam:PassRole"], jobs),
        statement(["s3:GetObject"], f"{bucket}/out/*"),
    ]
    emulator.client("sagemaker").create_model_package_group(ModelPackageGroupName="piped")
    return Piped(emulator=emulator, jobs_role=jobs, role=_role(emulator, "piped", start))


def _role(emulator: Emulator, name: str, statements: list[Json]) -> str:
    iam = emulator.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def test_a_model_is_trained_measured_and_registered(piped: Piped) -> None:
    file = {"PropertyFile": get("Steps.Measure.PropertyFiles.Report"), "Path": "model.bytes"}
    large = {"Type": "GreaterThan", "LeftValue": {"Std:JsonGet": file}, "RightValue": get("Parameters.Least")}
    step = register("piped")
    (container,) = step["Arguments"]["InferenceSpecification"]["Containers"]
    container["ModelDataUrl"] = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    step["Arguments"]["CustomerMetadataProperties"] = {"bytes": join("", {"Std:JsonGet": file})}
    gate = condition("Gate", large, then=[step], otherwise=[fail("Refuse", "too small")])
    least = {"Name": "Least", "Type": "Integer", "DefaultValue": 100}
    piped.create("piped", gate, piped.measure(), piped.train(), parameters=[least])
    sagemaker = piped.sagemaker
    execution = sagemaker.start_pipeline_execution(PipelineName="piped")["PipelineExecutionArn"]
    status, steps = finished(sagemaker, execution)
    assert status == "Succeeded", [step.get("FailureReason") for step in steps.values()]
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    trained = sagemaker.describe_training_job(TrainingJobName=job)
    made = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    package = sagemaker.describe_model_package(ModelPackageName=made)
    (registered,) = package["InferenceSpecification"]["Containers"]
    assert registered["ModelDataUrl"] == trained["ModelArtifacts"]["S3ModelArtifacts"]
    assert int(package["CustomerMetadataProperties"]["bytes"]) > 100


def test_stopping_an_execution_stops_its_job(piped: Piped) -> None:
    train = piped.train(HyperParameters=LONG)
    piped.create("piped-long", train, fail("After") | {"DependsOn": ["Train"]}, parameters=[])
    sagemaker = piped.sagemaker
    execution = sagemaker.start_pipeline_execution(PipelineName="piped-long")["PipelineExecutionArn"]

    def job() -> str:
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
        arn: str = steps[0]["Metadata"].get("TrainingJob", {}).get("Arn", "") if steps else ""
        return arn.rpartition("/")[2]

    def phase() -> str:
        return str(sagemaker.describe_training_job(TrainingJobName=job())["SecondaryStatus"])

    eventually(lambda: job() and phase() == "Training")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution)
    status, steps = finished(sagemaker, execution)
    assert (status, {name: step["StepStatus"] for name, step in steps.items()}) == ("Stopped", {"Train": "Stopped"})
    assert sagemaker.describe_training_job(TrainingJobName=job())["TrainingJobStatus"] == "Stopped"
