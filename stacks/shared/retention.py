"""What outlives its stack, and what a creation that failed may not leave behind."""

from __future__ import annotations

import aws_cdk as cdk


def removal_policy(*, kept: bool) -> cdk.RemovalPolicy:
    """The policy of a resource: kept when its stack or its place in the stack goes, or deleted with it.

    What is kept is deleted all the same when the operation that made it is rolled back: it is empty then, and its name
    would be in the way of the next attempt (`DeletionPolicy: RetainExceptOnCreate`).
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html

    Parameters
    ----------
    kept
        Whether the resource outlives its stack.
    """
    return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if kept else cdk.RemovalPolicy.DESTROY
