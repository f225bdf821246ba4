"""What models are made with on SageMaker: the role of jobs, the pipeline, the registry, and what starts the pipeline.

Nothing here runs or costs anything until a job is started. The stack stays when the rest is removed, because it holds
the registered models.
"""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from contract.bucket_layout import JOBS_PREFIX
from contract.calibration import Calibration
from contract.manifest import Manifest
from contract.schemas import TRAINING_PLATFORM
from contract.xgboost_image import XgboostImage
from stacks.settings import Settings
from stacks.shared.retention import removal_policy
from stacks.training.pipeline import TrainingPipeline
from stacks.training.pipeline_code import make_pipeline_code
from stacks.training.pipeline_definition import PipelineFacts
from stacks.training.role import CodeObject, make_step_role, make_training_role
from stacks.training.triggers import start_on_new_data, start_on_schedule


class TrainingStack(cdk.Stack):
    """Role, pipeline and registry of one environment.

    Parameters
    ----------
    settings
        The environment.
    manifest
        The promoted model: what a new one has to be better than, and the hyperparameters that it is trained with.
    bucket
        Of data and models.
    """

    def __init__(self, scope: Construct, *, settings: Settings, manifest: Manifest, bucket: s3.IBucket) -> None:
        super().__init__(
            scope,
            settings.stack_name("training"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the role of training jobs, the pipeline and the registry of models",
            termination_protection=settings.retain_data,
        )
        image = XgboostImage(region=settings.region, tag=settings.training.image_tag)
        self.role = make_training_role(
            self,
            bucket=bucket,
            image=image,
            job_prefix=_job_prefix(settings),
            kms_key_arn=settings.training.kms_key_arn,
            network=settings.training.network,
        )
        # Also without a pipeline: it costs nothing, and a pipeline that comes back finds its models.
        group = self._registry(settings)
        if settings.parts.pipeline:
            pipeline = self._pipeline(settings, manifest, bucket=bucket, image=image, group=group)
            self._start_by_itself(settings, bucket, pipeline)
            cdk.CfnOutput(self, "PipelineName", value=settings.application_name)
        self._tell(settings, manifest, bucket=bucket, image=image)
        cdk.CfnOutput(self, "ModelPackageGroupName", value=settings.application_name)
        cdk.CfnOutput(self, "TrainingRoleArn", value=self.role.role_arn)

    def _registry(self, settings: Settings) -> sagemaker.CfnModelPackageGroup:
        group = sagemaker.CfnModelPackageGroup(
            self,
            "Registry",
            model_package_group_name=settings.application_name,
            model_package_group_description="Models of handwritten digits that the pipeline found better",
        )
        # SageMaker refuses to delete a group that holds models.
        group.apply_removal_policy(removal_policy(kept=settings.retain_data))
        return group

    def _pipeline(
        self,
        settings: Settings,
        manifest: Manifest,
        *,
        bucket: s3.IBucket,
        image: XgboostImage,
        group: sagemaker.CfnModelPackageGroup,
    ) -> TrainingPipeline:
        job_prefix = _job_prefix(settings)
        code = make_pipeline_code(self, "PipelineCode")
        step_role = make_step_role(
            self,
            bucket=bucket,
            image=image,
            job_prefix=job_prefix,
            code=CodeObject(bucket_arn=code.bucket.bucket_arn, key=code.s3_object_key),
            kms_key_arn=settings.training.kms_key_arn,
            network=settings.training.network,
        )
        facts = PipelineFacts(
            settings=settings.training,
            bucket_name=bucket.bucket_name,
            role_arn=self.role.role_arn,
            step_role_arn=step_role.role_arn,
            image_uri=image.uri,
            image_tag=image.tag,
            code_uri=code.s3_object_url,
            job_prefix=job_prefix,
            model_package_group=settings.application_name,
            accuracy=manifest.metrics.accuracy,
            log_loss=manifest.metrics.log_loss,
            hyperparameters=manifest.hyperparameters,
        )
        return TrainingPipeline(
            self,
            "Pipeline",
            name=settings.application_name,
            facts=facts,
            bucket=bucket,
            job_roles=[self.role, step_role],
            group=group,
            image=image,
        )

    def _start_by_itself(self, settings: Settings, bucket: s3.IBucket, pipeline: TrainingPipeline) -> None:
        name, schedule = settings.application_name, settings.training.schedule
        if schedule is not None:
            start_on_schedule(self, name=name, pipeline=pipeline, schedule=schedule)
        if settings.training.on_new_data:
            start_on_new_data(self, bucket=bucket, pipeline=pipeline)

    def _tell(self, settings: Settings, manifest: Manifest, *, bucket: s3.IBucket, image: XgboostImage) -> None:
        """Write what `python -m training` starts jobs with; the reader is training/aws/platform.py."""
        training, network = settings.training, settings.training.network
        value = {
            "schema": TRAINING_PLATFORM,
            "bucket": bucket.bucket_name,
            "role_arn": self.role.role_arn,
            "image_uri": image.uri,
            "job_prefix": _job_prefix(settings),
            "output_prefix": JOBS_PREFIX,
            "instance_type": training.instance_type,
            "instance_count": training.instance_count,
            "volume_gb": training.volume_gb,
            "max_run_seconds": training.max_run_seconds,
            "spot": training.spot,
            "max_wait_seconds": training.max_wait_seconds,
            "encrypt_between_hosts": training.encrypt_between_hosts,
            "network_isolation": training.network_isolation,
            "kms_key_arn": training.kms_key_arn,
            "subnets": list(network.subnets) if network else [],
            "security_groups": list(network.security_groups) if network else [],
            "model_package_group": settings.application_name,
            "pipeline": settings.application_name if settings.parts.pipeline else None,
            "canonical_form": manifest.canonical_form,
            "calibration": (manifest.calibration or Calibration()).to_json(),
        }
        ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=f"/digits/{settings.environment}/training",
            string_value=json.dumps(value),
            description="Configuration of training jobs for python -m training",
        )


def _job_prefix(settings: Settings) -> str:
    return f"{settings.application_name}-"
