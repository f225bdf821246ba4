"""How labelled digits arrive: a stream, its consumer and its dead letters. What arrived is in the bucket of storage."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from contract.bucket_layout import DEAD_LETTERS_PREFIX, PARTS_PREFIX
from contract.schemas import STREAM
from stacks.settings import Settings
from stacks.stream.digit_stream import DigitStream


class StreamStack(cdk.Stack):
    """The stream of one environment, and a parameter that describes it to the command line.

    Parameters
    ----------
    settings
        The environment.
    bucket
        Where parts go.
    """

    def __init__(self, scope: Construct, *, settings: Settings, bucket: s3.IBucket) -> None:
        super().__init__(
            scope,
            settings.stack_name("stream"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: labelled digits that arrive through Kinesis",
        )
        self.digits = DigitStream(self, "Digits", settings=settings, stream_settings=settings.stream, bucket=bucket)
        ssm.StringParameter(
            self,
            "Description",
            parameter_name=f"/digits/{settings.environment}/stream",
            string_value=self.to_json_string(_description(self.digits, bucket)),
            description="Names of the stream, its parts and its dead letters",
        )
        cdk.CfnOutput(self, "StreamName", value=self.digits.stream.stream_name)
        cdk.CfnOutput(self, "DeadLettersUrl", value=self.digits.dead_letters.queue_url)


def _description(digits: DigitStream, bucket: s3.IBucket) -> dict[str, str]:
    return {
        "schema": STREAM,
        "stream": digits.stream.stream_name,
        "bucket": bucket.bucket_name,
        "parts_prefix": PARTS_PREFIX,
        "dead_letters_prefix": DEAD_LETTERS_PREFIX,
        "dead_letters_url": digits.dead_letters.queue_url,
    }
