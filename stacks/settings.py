"""What differs between the environments `local`, `dev` and `prod`: one frozen value each, checked where it enters.

To deploy to AWS, put your own account and region into `dev` and `prod` below. Nothing here is read from the outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stacks.api.settings import Throttle
from stacks.github.settings import GitHubSettings
from stacks.identity.settings import PeopleSettings
from stacks.inference.capacity import (
    Canary,
    Capacity,
    InstanceCapacity,
    ServerlessCapacity,
    TargetTracking,
    canary_of,
)
from stacks.notebook.settings import IsolatedVpc, NotebookSettings
from stacks.operations.settings import OperationsSettings
from stacks.parts import Parts
from stacks.previews import NAME_RULE as PREVIEW_RULE
from stacks.previews import is_preview, preview_of
from stacks.settings_rules import check_settings
from stacks.shared.concurrency import FunctionConcurrency
from stacks.shared.errors import ConfigurationError
from stacks.shared.function_target import FunctionTarget
from stacks.stream.settings import OnDemand, Provisioned, StreamSettings
from stacks.training.settings import TrainingSettings
from stacks.upload.settings import UploadSettings

EXAMPLE_ACCOUNTS = frozenset({"111111111111", "222222222222"})
"""Example accounts: they can be synthesized for, not deployed to."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment.

    Attributes
    ----------
    environment
        Its name, part of the names of stacks and of the endpoint.
    account, region
        Where it is deployed: 12 digits, and a region that has the built-in XGBoost image and, in CloudFormation, every
        type of resource that is used.
    capacity
        What the endpoint runs on.
    throttle
        Request limits of the API.
    function_target
        Which platform the Lambda functions are bundled for.
    log_level
        Lowest level that the functions log.
    log_retention_days
        How long logs are kept.
    retain_data, retain_logs
        Whether buckets of data, and log groups, outlive their stacks.
    concurrency
        Reserved concurrency of each function; None reserves nothing.
    tracing
        Whether API Gateway and Lambda send traces to X-Ray.
    owns_api_gateway_account
        Whether the stack sets the role with which API Gateway writes logs. An account has one for each region;
        without it no REST API can have access logs. Set it to False where another team owns it.
    training
        How models are trained, by hand and by the pipeline.
    services
        Whether services may call the API, with IAM credentials. The notebook is one.
    parts
        Which parts there are beside storage, training, inference and the HTTP API. The settings of a part that is left
        out are not used.
    stream
        The stream of labelled digits.
    notebook
        The notebook instance.
    upload
        Limits, times and retries of uploads.
    people
        Users who sign in through the user pool, and the web page for them.
    operations
        Thresholds and recipients of the alarms.
    github
        The repository on GitHub whose workflows may deploy; None for none (`make github`).
    """

    environment: str
    account: str
    region: str
    capacity: Capacity
    throttle: Throttle
    function_target: FunctionTarget = FunctionTarget.LAMBDA
    log_level: str = "INFO"
    log_retention_days: int = 30
    retain_data: bool = True
    retain_logs: bool = False
    concurrency: FunctionConcurrency | None = None
    tracing: bool = False
    owns_api_gateway_account: bool = True
    training: TrainingSettings = field(default_factory=TrainingSettings)
    services: bool = True
    parts: Parts = field(default_factory=Parts)
    stream: StreamSettings = field(default_factory=StreamSettings)
    notebook: NotebookSettings = field(default_factory=NotebookSettings)
    upload: UploadSettings = field(default_factory=UploadSettings)
    people: PeopleSettings = field(default_factory=PeopleSettings)
    operations: OperationsSettings = field(default_factory=OperationsSettings)
    github: GitHubSettings | None = None

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def reserved_concurrency(self) -> int:
        """What the functions of the deployed parts reserve together; the account needs 100 more."""
        return self.concurrency.reserved(self.parts.stacks) if self.concurrency else 0

    @property
    def endpoint_name(self) -> str:
        """Name of the endpoint. It never changes, whatever model the endpoint serves."""
        return self.application_name

    @property
    def rolls_out_step_by_step(self) -> bool:
        """Whether alarms watch an update of the endpoint and roll it back."""
        return canary_of(self.capacity) is not None

    @property
    def application_name(self) -> str:
        """Name of what an environment has one of, such as the pipeline, and the beginning of other names."""
        return f"digits-{self.environment}"

    def stack_name(self, part: str) -> str:
        """Name of the stack of a part, such as `storage`."""
        return f"digits-{self.environment}-{part}"


LOCAL = Settings(
    environment="local",
    account="123456789012",  # the emulator's
    region="us-east-1",
    capacity=InstanceCapacity(instance_type="ml.m5.large", count=1),
    throttle=Throttle(requests_per_second=200, burst=400),
    function_target=FunctionTarget.EMULATOR,
    log_level="DEBUG",
    log_retention_days=1,
    retain_data=False,
    # Few retries, so that a dead letter can be seen within a minute.
    stream=StreamSettings(capacity=Provisioned(shards=2), batch_window_seconds=1, retries=2),
    # Short delays, so that retries can be watched.
    upload=UploadSettings(
        answer_seconds=900,
        picture_seconds=17,
        batch_pictures=1,
        visibility_factor=1,
        pause_seconds=1,
        receives=3,
        concurrency=2,
    ),
    # The emulator serves the site at a port of its own.
    people=PeopleSettings(further_origins=("http://localhost:*",)),
    # Short, so that an alarm can be watched.
    operations=OperationsSettings(minutes=1, queue_age_seconds=300),
)

DEV = Settings(
    environment="dev",
    account="111111111111",  # an example: put your own
    region="us-east-1",
    # Costs nothing between requests.
    capacity=ServerlessCapacity(memory_mb=2048, max_concurrency=5),
    throttle=Throttle(requests_per_second=10, burst=20),
    log_level="DEBUG",
    log_retention_days=14,
    # What costs while nobody uses it is left out, and what is of use together with it. A notebook instance that was
    # stopped costs its volume.
    parts=Parts(stream=False, people=False, operations=False, pipeline=False),
    # A serverless endpoint has cold starts, and with few requests each of them counts.
    operations=OperationsSettings(api_milliseconds=15_000),
)

PROD = Settings(
    environment="prod",
    account="222222222222",  # an example: put your own
    region="us-east-1",
    # A request may hold a thousand rows, so an instance is to have 25 in a second: four do what both APIs let through.
    capacity=InstanceCapacity(
        instance_type="ml.m5.large",
        count=2,
        rollout=Canary(),
        scaling=TargetTracking(maximum=4, invocations_per_minute=1500),
    ),
    throttle=Throttle(requests_per_second=50, burst=100),
    log_retention_days=365,
    retain_logs=True,
    # Both APIs' bursts of predictions, and as many as the other functions have at once. New accounts have 10 in all.
    concurrency=FunctionConcurrency(budget=400, prediction=200, uploads=100, upload_worker=10, stream_consumer=16),
    tracing=True,
    stream=StreamSettings(capacity=OnDemand(), retention_hours=72, record_age_seconds=48 * 3600, retries=200),
    notebook=NotebookSettings(network=IsolatedVpc(), own_key=True),
)

ENVIRONMENTS = {settings.environment: settings for settings in (LOCAL, DEV, PROD)}


def settings_for(environment: str) -> Settings:
    """The settings of an environment by its name; those of a preview are made from `DEV`.

    Raises
    ------
    ConfigurationError
        If there is no such environment.
    """
    if is_preview(environment):
        return preview_of(DEV, environment)
    if environment not in ENVIRONMENTS:
        allowed = f"one of {', '.join(ENVIRONMENTS)}, or of a preview: {PREVIEW_RULE}"
        msg = f"DIGITS_ENVIRONMENT is {environment!r}; allowed is {allowed}"
        raise ConfigurationError(msg)
    return ENVIRONMENTS[environment]


def require_own_account(settings: Settings) -> None:
    """Refuse to touch AWS while the account is still the example.

    Raises
    ------
    ConfigurationError
        If the account of `settings` is one of `EXAMPLE_ACCOUNTS`.
    """
    if settings.account in EXAMPLE_ACCOUNTS:
        source = DEV if is_preview(settings.environment) else settings
        msg = (
            f"account of {settings.environment} is {settings.account}, an example that belongs to nobody: "
            f"put your own account and region into {source.environment.upper()} in stacks/settings.py"
        )
        raise ConfigurationError(msg)
