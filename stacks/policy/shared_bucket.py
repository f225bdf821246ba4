"""How the policy rules print the ARN of a bucket that is in another stack: by the output that the CDK makes for it.

That output's name is a logical id as the CDK makes them, of the path `Publish/Output{reference}` in the bucket's stack,
or of `Exports/Output{reference}` where the reference is strong. It is computed here by the CDK itself, so that no
generated id stands in the sources.
https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html#identifiers-logical-ids
"""

from __future__ import annotations

import json
from functools import cache

import aws_cdk as cdk
from constructs import Construct

from stacks.settings import Settings

DATA_BUCKET = ("Data", "Bucket", "Resource")
"""Path of the bucket's resource below the stack of storage."""

PICTURES_BUCKET = ("Inbox", "Pictures", "Bucket", "Resource")
"""Path of the bucket's resource below the stack of uploads."""


def data_bucket_arn(settings: Settings) -> str:
    """The ARN of the bucket of data and models, as findings in other stacks name it."""
    export = logical_id("Exports", f"Output{_reference(*DATA_BUCKET)}")
    return f"{settings.stack_name('storage')}:{export}"


def pictures_bucket_arn(settings: Settings) -> str:
    """The ARN of the upload bucket, as findings in other stacks name it."""
    output = {
        "StackName": settings.stack_name("upload"),
        "Region": settings.region,
        "OutputName": logical_id("Publish", f"Output{_reference(*PICTURES_BUCKET)}"),
    }
    return json.dumps({"Fn::GetStackOutput": output}, separators=(",", ":"))


@cache
def logical_id(*path: str) -> str:
    """The logical id of a resource with this path below its stack."""
    stack = cdk.Stack()
    scope: Construct = stack
    for name in path[:-1]:
        scope = Construct(scope, name)
    return stack.get_logical_id(cdk.CfnOutput(scope, path[-1], value=""))


def _reference(*path: str) -> str:
    return json.dumps({"Fn::GetAtt": [logical_id(*path), "Arn"]}, separators=(",", ":"))
