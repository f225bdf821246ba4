"""Small templates with policies: a function with its role, a bucket, and what a test puts beside them."""

from __future__ import annotations

import copy
from typing import Any

from tools.review.change import Risk
from tools.review.iam import compare_access

Json = dict[str, Any]
ARN = {"Fn::GetAtt": ["Bucket", "Arn"]}
OBJECTS = {"Fn::Join": ["", [ARN, "/*"]]}


def allow(action: Any = "s3:GetObject", resource: Any = OBJECTS, **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:*", resource: Any = OBJECTS, **more: Any) -> Json:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(*principals: Any, **more: Any) -> Json:
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each, **more} for each in principals]
    return document(*statements)


LAMBDA = {"Service": "lambda.amazonaws.com"}


def template(**resources: Json) -> Json:
    """A function with its role, a bucket, and more."""
    own: Json = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
        "Role": role(),
    }
    return {"Resources": copy.deepcopy({**own, **resources})}


def role(**properties: Any) -> Json:
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust(LAMBDA), **properties}}


def policy(*statements: Json, **properties: Any) -> Json:
    own = {"PolicyName": "p", "PolicyDocument": document(*statements), "Roles": [{"Ref": "Role"}]}
    return {"Type": "AWS::IAM::Policy", "Properties": {**own, **properties}}


def risk(base: Json, head: Json) -> Risk | None:
    verdicts = compare_access(base, head, "stack").verdicts.values()
    return max((verdict.risk for verdict in verdicts), key=lambda one: one.severity, default=None)


KEEP = allow("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:table/t")


def statements(*given: Json) -> Json:
    """A policy of the role, beside which something always stays allowed."""
    return template(Policy=policy(KEEP, *given))


STRING = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


MANAGED = "arn:aws:iam::aws:policy/"
