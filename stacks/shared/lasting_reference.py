"""References to what must not be replaced under the stacks that use it.

References between stacks are weak by default: they are looked up when the consumer is deployed, and nothing tells it
that the value has changed. These are strong: CloudFormation refuses to replace or to remove what another stack imports.
The exports are always there, so that a consumer can stop using one in the deployment that would otherwise remove it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import IConstruct


def make_lasting(resource: IConstruct, *values: str) -> None:
    """Let other stacks import these attributes of a resource, and CloudFormation refuse to replace it.

    Parameters
    ----------
    resource
        The resource.
    values
        The attributes of it that other stacks may use, such as its ARN.
    """
    cdk.CrossStackReferences.of(resource).produce(cdk.ReferenceStrength.STRONG)
    for value in values:
        cdk.Stack.of(resource).export_value(value)
