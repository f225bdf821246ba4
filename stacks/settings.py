"""What differs between the environments `local`, `dev` and `prod`: one frozen value each, checked where it enters.

To deploy to AWS, put your own account and region into `dev` and `prod` below. Nothing here is read from the outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from contract.xgboost_image import REGISTRY_ACCOUNTS
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
from stacks.region_types import lacking
from stacks.shared.concurrency import FunctionConcurrency
from stacks.shared.errors import ConfigurationError
from stacks.stream.settings import OnDemand, Provisioned, StreamSettings
from stacks.training.settings import TrainingSettings
from stacks.upload.settings import UploadSettings

EXAMPLE_ACCOUNTS = frozenset({"111111111111", "222222222222"})
"""Example accounts: they can be synthesized for, not deployed to."""

WITHOUT_PEOPLE = ("cn-", "us-gov-", "us-iso")
"""Prefixes of regions without the page: China has no user pools, the others have no CloudFront."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
"""Values that CloudWatch Logs accepts, up to two years."""


class FunctionTarget(Enum):
    """Where Lambda functions run, and so which compiled packages are bundled with them."""

    LAMBDA = "lambda"
    EMULATOR = "emulator"


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """Limits of each method of the API.

    Attributes
    ----------
    requests_per_second
        Requests a second that are let through, 1 to 10000.
    burst
        Size of a burst beyond that, 1 to 5000.
    """

    requests_per_second: int
    burst: int

    def __post_init__(self) -> None:
        if not 1 <= self.requests_per_second <= 10_000 or not 1 <= self.burst <= 5_000:
            msg = (
                f"throttle is {self.requests_per_second} a second with bursts of {self.burst}; "
                "API Gateway's own quota is 10000 and 5000, and both must be 1 or more"
            )
            raise ConfigurationError(msg)


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
        What each function reserves of the account's concurrency; None for nothing.
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
        _check(re.fullmatch(r"[a-z][a-z0-9]{0,15}", self.environment), "environment", self.environment, _NAME_RULE)
        _check(re.fullmatch(r"\d{12}", self.account), "account", self.account, "12 digits")
        _check(self.region in REGISTRY_ACCOUNTS, "region", self.region, f"one of {', '.join(REGISTRY_ACCOUNTS)}")
        _check(self.log_level in LOG_LEVELS, "log_level", self.log_level, f"one of {', '.join(LOG_LEVELS)}")
        days = self.log_retention_days
        _check(days in LOG_RETENTION_DAYS, "log_retention_days", days, f"one of {LOG_RETENTION_DAYS}")
        _check_parts(self)
        if self.parts.people:
            _check_people(self)
        for part, types in lacking(self.region, self.parts.stacks).items():
            rule = f"one where CloudFormation has {', '.join(types)}, which {part} needs (stacks/region_types.json)"
            _check(False, "region", self.region, rule)
        if self.concurrency is not None:
            self._check_concurrency(self.concurrency)
        age, answer = self.operations.queue_age_seconds, self.upload.answer_seconds
        watched = self.parts.operations and self.parts.uploads
        _check(not watched or age < answer, "queue_age_seconds", age, f"less than the answer_seconds, {answer}")

    def _check_concurrency(self, concurrency: FunctionConcurrency) -> None:
        """Refuse a share that a function's event source would have to throttle itself for."""
        worker, runs = concurrency.upload_worker, self.upload.concurrency
        _check(worker >= runs, "concurrency upload_worker", worker, f"{runs}, the concurrency of uploads, or more")
        if self.parts.stream:
            consumer, batches = concurrency.stream_consumer, self.stream.batches_at_once
            rule = f"{batches}, the batches that the stream has at the same time, or more"
            _check(consumer >= batches, "concurrency stream_consumer", consumer, rule)

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


def _check_parts(settings: Settings) -> None:
    """Refuse what needs a part that is left out."""
    parts, services, training = settings.parts, settings.services, settings.training
    _check(services or parts.people, "services", services, "True where parts.people is False: somebody must call")
    _check(services or not parts.notebook, "services", services, "True where parts.notebook is True: it calls the API")
    for name in ("schedule", "on_new_data"):
        value = getattr(training, name)
        _check(parts.pipeline or not value, f"training {name}", value, "None or False where parts.pipeline is False")


def _check_people(settings: Settings) -> None:
    has_people = not settings.region.startswith(WITHOUT_PEOPLE)
    rule = f"False in {settings.region}, where user pools or CloudFront are missing"
    _check(has_people, "parts.people", settings.parts.people, rule)
    if settings.environment == "prod":
        _check(not settings.people.self_sign_up, "self_sign_up", settings.people.self_sign_up, "False in prod")
        for origin in settings.people.further_origins:
            good = origin.startswith("https://") and "*" not in origin
            _check(good, "further_origins", origin, "an https origin without a * in prod")


_NAME_RULE = "a lower-case letter and up to 15 more lower-case letters or digits"


def _check(good: object, name: str, value: object, allowed: str) -> None:
    if not good:
        msg = f"{name} is {value!r}; allowed is {allowed}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)


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
