"""Names of an environment's stream, its parts and its dead letters, as the stream's stack has them. Calls none of them.

The stack writes JSON into the SSM parameter `/digits/ENVIRONMENT/stream`; schema `digits.stream/1` is the contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.json_fields import JsonFields, parse_json
from contract.schemas import STREAM


@dataclass(frozen=True, kw_only=True)
class StreamDescription:
    """The stream of an environment.

    Parameters
    ----------
    stream
        name of the Kinesis stream
    bucket
        holds the parts, and the payloads of dead letters
    parts_prefix
        below which the parts are, such as `stream/parts/`
    dead_letters_prefix
        below which the payloads of dead letters are
    dead_letters_url
        the dead-letter queue
    """

    stream: str
    bucket: str
    parts_prefix: str
    dead_letters_prefix: str
    dead_letters_url: str

    @property
    def parts_location(self) -> str:
        """The place of the parts as people write it."""
        return f"s3://{self.bucket}/{self.parts_prefix}"


def description_of(environment: str) -> StreamDescription:
    """The stream of an environment.

    Raises
    ------
    ContractError
        when the parameter cannot be understood
    PublicationError
        when it is not deployed, or AWS cannot be reached
    """
    from training.aws.parameters import read_parameter  # not before it is needed: it imports boto3

    name = f"/digits/{environment}/stream"
    missing = (
        f"so the environment {environment} has no stream in this account and region;"
        f" set parts.stream to True in stacks/settings.py if it is False, deploy the stack digits-{environment}-stream,"
        " or name another environment with --environment"
    )
    return description_from_json(read_parameter(environment, name, missing=missing), name=name)


def description_from_json(text: str, *, name: str) -> StreamDescription:
    """Read the value of the parameter.

    Raises
    ------
    ContractError
        when it is no JSON, of another schema, or a field is missing
    """
    remedy = "deploy the stack of the stream again"
    fields = JsonFields(parse_json(text, name=f"the parameter {name}", remedy=remedy))
    fields.exactly("schema", STREAM)
    description = StreamDescription(**{field: fields.text(field) for field in StreamDescription.__dataclass_fields__})
    fields.check(f"the parameter {name}", remedy=remedy)
    return description
