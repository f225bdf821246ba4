"""Update the stack of the endpoint to another archive of a model, as CloudFormation alone sees it, and back.

The template is the deployed one with another digest in it, so neither the CDK nor a training is needed, and whatever
the stack has, such as the alarms of a canary, is in force.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from contract.bucket_layout import artifact_key
from tools.accept.stage import Stage
from tools.accept.story import Differs
from tools.retired import find_retired, owned_by, remove_retired

CHECK = "Custom::ModelArtifactCheck"
"""The resource that names the archive, with its digest and size."""
MODEL_NAME = "xgboost-model"
SHORT = 12
"""Characters of a digest in the path of the role."""
UPDATE_SECONDS = 3000
"""A canary waits, and a model that does not start is tried for long."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """An archive of a model: its content."""

    content: bytes

    @property
    def sha256(self) -> str:
        """Its digest, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


class EndpointStack:
    """The stack of the endpoint, which is as it was when the story ends.

    Parameters
    ----------
    stage
        Where the story plays.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self.name = stage, stage.deployment.stack("inference")
        self._cloudformation = stage.client("cloudformation")
        self._template = self.template()
        self._artifact = _artifact(self._template)
        stage.at_end(f"the update of {self.name}: 'make deploy' repairs it", self.restore)

    def template(self) -> dict[str, Any]:
        """The template that is deployed now."""
        return _template(self._stage)

    def served(self) -> Archive:
        """The archive that is served."""
        answer = self._stage.client("s3").get_object(Bucket=self._stage.bucket, Key=self._artifact["Key"])
        return Archive(content=answer["Body"].read())

    def update(self, archive: Archive) -> str:
        """Put an archive into the bucket, update the stack to it, and return the status of the stack then."""
        _put(self._stage, archive)
        before = str(self._artifact["Sha256"])
        text = json.dumps(self._template).replace(before, archive.sha256)
        text = text.replace(f"/{before[:SHORT]}/", f"/{archive.sha256[:SHORT]}/")
        template = json.loads(text)
        for resource in template["Resources"].values():
            if resource["Type"] == CHECK:
                resource["Properties"]["SizeBytes"] = len(archive.content)
        return self._update(template)

    def running(self) -> tuple[str, str]:
        """The status of the endpoint, and the configuration that it runs."""
        name = self._stage.outputs("inference")["EndpointName"]
        found = self._stage.client("sagemaker").describe_endpoint(EndpointName=name)
        return str(found["EndpointStatus"]), str(found["EndpointConfigName"])

    def restore(self) -> None:
        """Return to the template that was deployed, and remove what the updates left.

        Raises
        ------
        Differs
            If the update fails.
        """
        self._settled()
        if self.template() != self._template:
            status = self._update(self._template)
            if status != "UPDATE_COMPLETE":
                raise Differs(f"{self.name} returns to what was deployed", status)
        sagemaker, iam = self._stage.client("sagemaker"), self._stage.client("iam")
        owned = owned_by(self._cloudformation, self.name)
        endpoint = self._stage.outputs("inference")["EndpointName"]
        remove_retired(sagemaker, iam, find_retired(sagemaker, iam, endpoint, owned))

    def _update(self, template: dict[str, Any]) -> str:
        parameters = [{"ParameterKey": name, "UsePreviousValue": True} for name in template.get("Parameters", {})]
        self._cloudformation.update_stack(
            StackName=self.name,
            TemplateBody=json.dumps(template),
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        )
        return self._settled()

    def _settled(self) -> str:
        def status() -> str | None:
            found = str(self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"])
            return None if found.endswith("_IN_PROGRESS") else found

        return self._stage.until(status, f"{self.name} is no longer being changed", seconds=UPDATE_SECONDS)


def served_key(stage: Stage) -> str:
    """The key of the archive that is served."""
    return str(_artifact(_template(stage))["Key"])


def _template(stage: Stage) -> dict[str, Any]:
    answer = stage.client("cloudformation").get_template(StackName=stage.deployment.stack("inference"))
    body = answer["TemplateBody"]
    template: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    return template


def _artifact(template: dict[str, Any]) -> dict[str, Any]:
    """What the template says of the archive."""
    (artifact,) = (each["Properties"] for each in template["Resources"].values() if each["Type"] == CHECK)
    found: dict[str, Any] = artifact
    return found


def packed_otherwise(archive: Archive) -> Archive:
    """The same model in another archive: it answers the same, and is another artifact for whoever deploys it."""
    return Archive(content=gzip.compress(gzip.decompress(archive.content), compresslevel=1, mtime=1))


def no_model() -> Archive:
    """An archive like that of a model, which no container can load."""
    buffer, content = io.BytesIO(), b"this is no model"
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(MODEL_NAME)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return Archive(content=gzip.compress(buffer.getvalue(), mtime=0))


def _put(stage: Stage, archive: Archive) -> None:
    """Put an archive where models are; what is there once stays, as nobody may delete versions of models."""
    digest = base64.b64encode(hashlib.sha256(archive.content).digest()).decode()
    try:
        stage.client("s3").put_object(
            Bucket=stage.bucket,
            Key=artifact_key(archive.sha256),
            Body=archive.content,
            IfNoneMatch="*",
            ChecksumSHA256=digest,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
