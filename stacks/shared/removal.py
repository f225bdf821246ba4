"""What becomes of data when its stack goes, and when its stack never came to be."""

from __future__ import annotations

import aws_cdk as cdk


def removal_policy(*, retain: bool) -> cdk.RemovalPolicy:
    """Keep it, or delete it with its stack.

    What is kept is deleted all the same when the deployment that creates it is rolled back: nothing is in it by then,
    and its name, or its cost, would be in the way of the next attempt.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html

    Parameters
    ----------
    retain
        Whether it outlives its stack.
    """
    return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if retain else cdk.RemovalPolicy.DESTROY
