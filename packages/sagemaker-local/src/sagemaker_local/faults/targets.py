"""What a fault can be set on, and which kinds each of that can have.

A bare name is an endpoint or a training job of SageMaker. Anything else is `SERVICE:RESOURCE`, where `*` is every
resource: `s3:BUCKET`, `s3:BUCKET/PREFIX`, `dynamodb:TABLE`, `sqs:QUEUE`, `appsync:API_ID`, `lambda:FUNCTION`,
`cloudformation:STACK`, `cloudformation:STACK/RESOURCE`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sagemaker_local.faults.fault import Fault, Kind

# The name under which a fault hits the next training job, whatever it is called.
TRAINING_JOBS = "training-jobs"
ANY = "*"
SAGEMAKER, S3, DYNAMODB, SQS, APPSYNC, LAMBDA = "sagemaker", "s3", "dynamodb", "sqs", "appsync", "lambda"
CLOUDFORMATION = "cloudformation"

ONLY_JOBS = frozenset({Kind.CAPACITY, Kind.INTERRUPT})
ONLY_UPDATES = frozenset({Kind.ROLLED_BACK})
ALSO_JOBS = ONLY_JOBS | {Kind.INTERNAL}
_ENDPOINT = (Kind.LATENCY, Kind.THROTTLE, Kind.NOT_READY, Kind.UNAVAILABLE, Kind.INTERNAL, Kind.MODEL_ERROR)
_SERVICE = (Kind.LATENCY, Kind.THROTTLE, Kind.UNAVAILABLE, Kind.INTERNAL, Kind.DENIED, Kind.DISCONNECT)
KINDS: dict[str, tuple[Kind, ...]] = {
    SAGEMAKER: (*_ENDPOINT, Kind.DISCONNECT, *sorted(ONLY_JOBS), *ONLY_UPDATES),
    S3: (*_SERVICE, Kind.MISSING),
    DYNAMODB: (*_SERVICE, Kind.THROUGHPUT),
    SQS: _SERVICE,
    APPSYNC: (*_SERVICE, Kind.LOST),
    LAMBDA: (Kind.LATENCY, Kind.THROTTLE, Kind.KILL),
    CLOUDFORMATION: (Kind.FAILED, Kind.UNNOTICED),
}
GRAMMAR = (
    "a name of SageMaker, s3:BUCKET, s3:BUCKET/PREFIX, dynamodb:TABLE, sqs:QUEUE, appsync:API, lambda:FUNCTION, "
    "cloudformation:STACK, cloudformation:STACK/RESOURCE"
)
_WITH_OPERATIONS = frozenset({S3, DYNAMODB, SQS, APPSYNC})


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a fault is set on: a resource of a service, of a bucket perhaps only the keys with a prefix.

    Of a stack it is a resource, whose logical id or type begins so.
    """

    service: str
    resource: str
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read a target.

        Raises
        ------
        ValueError
            When there is no such service, or no resource in it.
        """
        service, separator, rest = text.partition(":")
        if not separator:
            service, rest = SAGEMAKER, text
        if service not in KINDS or not rest or (service == SAGEMAKER and separator):
            msg = f"{text!r} is nothing that a fault can be set on; allowed are {GRAMMAR}"
            raise ValueError(msg)
        resource, _, prefix = rest.partition("/") if service in (S3, CLOUDFORMATION) else (rest, "", "")
        return cls(service=service, resource=resource, prefix=prefix)

    def __str__(self) -> str:
        """As it is written."""
        if self.service == SAGEMAKER:
            return self.resource
        return f"{self.service}:{self.resource}" + (f"/{self.prefix}" if self.prefix else "")

    def check(self, fault: Fault) -> None:
        """See that this can go wrong here.

        Raises
        ------
        ValueError
            With what can.
        """
        allowed = KINDS[self.service]
        if fault.kind not in allowed:
            msg = f"{self} cannot have the fault {fault.kind}; {self.service} can have {', '.join(allowed)}"
            raise ValueError(msg)
        if fault.operations and self.service not in _WITH_OPERATIONS:
            msg = f"{self} has no operations to choose from; only {', '.join(sorted(_WITH_OPERATIONS))} have"
            raise ValueError(msg)

    def covers(self, service: str, resource: str, key: str = "") -> bool:
        """Whether a request for that resource, of S3 for that key, is meant."""
        return self.service == service and self.resource in (ANY, resource) and key.startswith(self.prefix)
