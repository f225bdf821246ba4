"""What the settings of an environment may be: each value by itself, and those that have to fit together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contract.xgboost_image import REGISTRY_ACCOUNTS
from stacks.region_types import lacking
from stacks.shared.concurrency import FunctionConcurrency
from stacks.shared.errors import ConfigurationError

if TYPE_CHECKING:
    from stacks.settings import Settings

WITHOUT_PEOPLE = ("cn-", "us-gov-", "us-iso")
"""Prefixes of regions without the page: China has no user pools, the others have no CloudFront."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
"""Values that CloudWatch Logs accepts, up to two years."""

_NAME_RULE = "a lower-case letter and up to 15 more lower-case letters or digits"


def check_settings(settings: Settings) -> None:
    """Refuse what no environment can be deployed with.

    Raises
    ------
    ConfigurationError
        With the value and what is allowed.
    """
    environment, level, days = settings.environment, settings.log_level, settings.log_retention_days
    _check(re.fullmatch(r"[a-z][a-z0-9]{0,15}", environment), "environment", environment, _NAME_RULE)
    _check(re.fullmatch(r"\d{12}", settings.account), "account", settings.account, "12 digits")
    _check(level in LOG_LEVELS, "log_level", level, f"one of {', '.join(LOG_LEVELS)}")
    _check(days in LOG_RETENTION_DAYS, "log_retention_days", days, f"one of {LOG_RETENTION_DAYS}")
    region = settings.region
    _check(region in REGISTRY_ACCOUNTS, "region", region, f"one of {', '.join(REGISTRY_ACCOUNTS)}")
    _check_parts(settings)
    if settings.parts.people:
        _check_people(settings)
    _check_types(settings)
    if settings.concurrency is not None:
        _check_concurrency(settings, settings.concurrency)
    age, answer = settings.operations.queue_age_seconds, settings.upload.answer_seconds
    watched = settings.parts.operations and settings.parts.uploads
    _check(not watched or age < answer, "queue_age_seconds", age, f"less than the answer_seconds, {answer}")


def _check_types(settings: Settings) -> None:
    """Refuse a region without a type of resource that is used."""
    for part, types in lacking(settings.region, settings.parts.stacks).items():
        rule = f"one where CloudFormation has {', '.join(types)}, which {part} needs (stacks/region_types.json)"
        _check(False, "region", settings.region, rule)


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


def _check_concurrency(settings: Settings, concurrency: FunctionConcurrency) -> None:
    """Refuse a share that a function's event source would have to throttle itself for."""
    worker, runs = concurrency.upload_worker, settings.upload.concurrency
    _check(worker >= runs, "concurrency upload_worker", worker, f"{runs}, the concurrency of uploads, or more")
    if settings.parts.stream:
        consumer, batches = concurrency.stream_consumer, settings.stream.batches_at_once
        rule = f"{batches}, the batches that the stream has at the same time, or more"
        _check(consumer >= batches, "concurrency stream_consumer", consumer, rule)


def _check(good: object, name: str, value: object, allowed: str) -> None:
    if not good:
        msg = f"{name} is {value!r}; allowed is {allowed}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)
