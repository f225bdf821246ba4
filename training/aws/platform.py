"""What an environment's training stack offers to jobs: bucket, role, image and usual sizes. Starts nothing.

The stack writes it as JSON into the SSM parameter `/digits/ENVIRONMENT/training`; schema `digits.training/1` is the
contract between the two. Options of the commands override single values.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from contract.calibration import Calibration, calibration_from_fields
from contract.digit import RAW_FORM
from contract.json_fields import JsonFields, parse_json
from contract.manifest import canonical_form_from_fields
from contract.schemas import TRAINING_PLATFORM


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Where and how jobs of an environment run, unless options override it.

    Parameters
    ----------
    bucket
        holds channels, outputs and artifacts
    role_arn
        execution role of a job
    image_uri
        the built-in XGBoost image of the region
    job_prefix
        begins the name of everything that training starts, such as `digits-dev-`
    output_prefix
        below which each job has a folder of its own, such as `jobs/`
    instance_type, instance_count, volume_gb
        machines of a job, and the volume of each in GiB
    max_run_seconds, spot, max_wait_seconds
        how long a job may train, whether on spot capacity, and how long it may take with the waiting for that
    encrypt_between_hosts, network_isolation
        whether traffic between hosts is encrypted, and whether containers have no network access
    kms_key_arn
        encrypts volumes and output; None leaves that to AWS's own keys
    subnets, security_groups
        the VPC of a job; both empty means none
    model_package_group, pipeline
        names of the registry's group, and of the pipeline; None where the settings leave that out
    canonical_form
        version of the form in which the served model is given images, see `contract.canonical`
    calibration
        how the probabilities of the served model are read
    """

    bucket: str
    role_arn: str
    image_uri: str
    job_prefix: str
    output_prefix: str
    instance_type: str
    instance_count: int
    volume_gb: int
    max_run_seconds: int
    spot: bool
    max_wait_seconds: int
    encrypt_between_hosts: bool
    network_isolation: bool
    kms_key_arn: str | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    model_package_group: str
    pipeline: str | None
    canonical_form: int = RAW_FORM
    calibration: Calibration = field(default_factory=Calibration)


def parameter_name(environment: str) -> str:
    """The SSM parameter of an environment."""
    return f"/digits/{environment}/training"


def platform_from_json(text: str, *, environment: str) -> Platform:
    """Read the value of the parameter.

    Raises
    ------
    ContractError
        when it is no JSON, of another schema, or a field is missing or of the wrong type
    """
    name = f"the parameter {parameter_name(environment)}"
    deploy = f"deploy the stack digits-{environment}-training again"
    fields = JsonFields(parse_json(text, name=name, remedy=deploy))
    fields.exactly("schema", TRAINING_PLATFORM)
    platform = _platform(fields)
    fields.check(name, remedy=deploy)
    return platform


def _platform(fields: JsonFields) -> Platform:
    return Platform(
        bucket=fields.text("bucket"),
        role_arn=fields.text("role_arn"),
        image_uri=fields.text("image_uri"),
        job_prefix=fields.text("job_prefix"),
        output_prefix=fields.text("output_prefix"),
        instance_type=fields.text("instance_type"),
        instance_count=fields.whole("instance_count", least=1),
        volume_gb=fields.whole("volume_gb", least=1),
        max_run_seconds=fields.whole("max_run_seconds", least=1),
        spot=fields.truth("spot"),
        max_wait_seconds=fields.whole("max_wait_seconds", least=1),
        encrypt_between_hosts=fields.truth("encrypt_between_hosts"),
        network_isolation=fields.truth("network_isolation"),
        kms_key_arn=fields.text_or_null("kms_key_arn"),
        subnets=fields.text_list("subnets"),
        security_groups=fields.text_list("security_groups"),
        model_package_group=fields.text("model_package_group"),
        pipeline=fields.text_or_null("pipeline"),
        canonical_form=canonical_form_from_fields(fields),
        calibration=calibration_from_fields(fields) or Calibration(),
    )


def platform_of(environment: str) -> Platform:
    """The platform of an environment, from the SSM parameter that its training stack writes.

    Raises
    ------
    ContractError
        when the parameter cannot be understood
    PublicationError
        when it is not deployed, or AWS cannot be reached
    """
    from training.aws.parameters import read_parameter  # not before it is needed: it imports boto3

    text = read_parameter(
        environment,
        parameter_name(environment),
        missing=f"so jobs of the environment {environment} have no role and no bucket here;"
        f" deploy the stack digits-{environment}-training first",
    )
    return platform_from_json(text, environment=environment)
