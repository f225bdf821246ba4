"""Event APIs as CloudFormation resources: what `aws_appsync.EventApi` synthesises, made, changed, replaced, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from sagemaker_local import settings
from support.emulators import Emulator
from support.event_apis import Address, RealTime

STACK = "event-apis"
IAM, USERS = ({"AuthType": kind} for kind in ("AWS_IAM", "AMAZON_COGNITO_USER_POOLS"))
HANDLER = "export function onSubscribe(ctx) {\n  return null;\n}\n"


def _template(
    *, name: str = "first", code: str = HANDLER, namespace: str = "predictions", **key: Any
) -> dict[str, Any]:
    """The resources that the CDK writes for an Event API with users, a namespace with code, and a key of another."""
    users = {**USERS, "CognitoConfig": {"AwsRegion": {"Ref": "AWS::Region"}, "UserPoolId": {"Ref": "Pool"}}}
    event_config = {
        "AuthProviders": [users, IAM],
        "ConnectionAuthModes": [USERS, IAM],
        "DefaultPublishAuthModes": [IAM],
        "DefaultSubscribeAuthModes": [USERS, IAM],
    }
    keyed = {
        part: [{"AuthType": "API_KEY"}]
        for part in ("AuthProviders", "ConnectionAuthModes", "DefaultPublishAuthModes", "DefaultSubscribeAuthModes")
    }
    tags = [{"Key": "name", "Value": name}]
    channel = {
        "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]},
        "Name": namespace,
        "CodeHandlers": code,
        "HandlerConfigs": {},
    }
    return {
        "Resources": {
            "Pool": {"Type": "AWS::Cognito::UserPool"},
            "Api": {
                "Type": "AWS::AppSync::Api",
                "Properties": {"Name": name, "EventConfig": event_config, "Tags": tags},
            },
            "Namespace": {"Type": "AWS::AppSync::ChannelNamespace", "Properties": channel},
            "Keyed": {"Type": "AWS::AppSync::Api", "Properties": {"Name": "keyed", "EventConfig": keyed}},
            "Key": {"Type": "AWS::AppSync::ApiKey", "Properties": {"ApiId": {"Fn::GetAtt": ["Keyed", "ApiId"]}, **key}},
        },
        "Outputs": {
            "Ref": {"Value": {"Ref": "Api"}},
            **{
                attribute.replace(".", ""): {"Value": {"Fn::GetAtt": ["Api", attribute]}}
                for attribute in ("ApiArn", "ApiId", "Dns.Http", "Dns.Realtime")
            },
            "Namespace": {"Value": {"Ref": "Namespace"}},
            "NamespaceArn": {"Value": {"Fn::GetAtt": ["Namespace", "ChannelNamespaceArn"]}},
            "KeyedId": {"Value": {"Fn::GetAtt": ["Keyed", "ApiId"]}},
            "Key": {"Value": {"Fn::GetAtt": ["Key", "ApiKey"]}},
        },
    }


class Stack:
    """The stack under test."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self._cloudformation = emulator, emulator.client("cloudformation")

    def deploy(self, **changes: Any) -> dict[str, str]:
        """Create or update it; returns its outputs."""
        operation = "update" if self._exists() else "create"
        getattr(self._cloudformation, f"{operation}_stack")(
            StackName=STACK, TemplateBody=json.dumps(_template(**changes))
        )
        wait = {"Delay": 0.1, "MaxAttempts": 1200}
        self._cloudformation.get_waiter(f"stack_{operation}_complete").wait(StackName=STACK, WaiterConfig=wait)
        described = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
        return {output["OutputKey"]: output["OutputValue"] for output in described}

    def reasons(self) -> str:
        """What failed."""
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in events)

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=STACK)
        wait = {"Delay": 0.1, "MaxAttempts": 1200}
        self._cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=wait)

    def _exists(self) -> bool:
        return any(
            stack["StackName"] == STACK and stack["StackStatus"] != "DELETE_COMPLETE"
            for stack in self._cloudformation.list_stacks()["StackSummaries"]
        )


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[Stack]:
    made = Stack(emulator)
    yield made
    made.delete()
    names = [api["name"] for api in emulator.client("appsync").list_apis()["apis"]]
    assert not {"first", "second", "keyed"} & set(names)


def test_references_and_attributes_are_those_of_the_reference(stack: Stack) -> None:
    outputs = stack.deploy()
    arn = f"arn:aws:appsync:{settings.REGION}:{settings.ACCOUNT}:apis/{outputs['ApiId']}"
    assert outputs["Ref"] == outputs["ApiArn"] == arn
    assert outputs["DnsHttp"] == f"{outputs['ApiId']}.appsync-api.{settings.REGION}.amazonaws.com"
    assert outputs["DnsRealtime"] == f"{outputs['ApiId']}.appsync-realtime-api.{settings.REGION}.amazonaws.com"
    assert outputs["Namespace"] == outputs["NamespaceArn"] == f"{arn}/channelNamespace/predictions"
    appsync = stack.emulator.client("appsync")
    api = appsync.get_api(apiId=outputs["ApiId"])["api"]
    assert (api["name"], api["tags"]) == ("first", {"name": "first"})
    assert api["eventConfig"]["defaultPublishAuthModes"] == [{"authType": "AWS_IAM"}]
    assert appsync.list_tags_for_resource(resourceArn=arn)["tags"] == {"name": "first"}
    namespace = appsync.get_channel_namespace(apiId=outputs["ApiId"], name="predictions")["channelNamespace"]
    assert namespace["codeHandlers"] == HANDLER


def test_changes_are_made_in_place_and_a_new_name_replaces_a_namespace(stack: Stack) -> None:
    before, code = stack.deploy(), "export const onPublish = (ctx) => [];"
    after = stack.deploy(name="second", code=code, Expires=1_900_000_000)
    appsync = stack.emulator.client("appsync")
    assert after["ApiId"] == before["ApiId"]
    assert appsync.get_api(apiId=after["ApiId"])["api"]["name"] == "second"
    assert appsync.list_tags_for_resource(resourceArn=after["Ref"])["tags"] == {"name": "second"}
    namespace = appsync.get_channel_namespace(apiId=after["ApiId"], name="predictions")["channelNamespace"]
    assert namespace["codeHandlers"] == code
    assert after["Key"] == before["Key"]
    assert appsync.list_api_keys(apiId=after["KeyedId"])["apiKeys"][0]["expires"] == 1_900_000_000
    stack.deploy(namespace="churn")
    names = [each["name"] for each in appsync.list_channel_namespaces(apiId=after["ApiId"])["channelNamespaces"]]
    assert names == ["churn"]


def test_the_key_of_an_event_api_opens_it(stack: Stack) -> None:
    outputs = stack.deploy()
    stack.emulator.client("appsync").create_channel_namespace(apiId=outputs["KeyedId"], name="n")
    address = Address.by_path(stack.emulator.port, outputs["KeyedId"])
    with RealTime(address, {"x-api-key": outputs["Key"]}) as connection:
        assert connection.ask(type="connection_init")["type"] == "connection_ack"
    assert address.publish("/n/a", [1], {"x-api-key": outputs["Key"]})[0] == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "export function onSubscribe("}, "The code contains one or more errors: Unexpected token"),
        ({"code": "export function onSubscribe() { throw 1 }"}, "APPSYNC_JS has no throw (Service: AppSync, Status"),
        ({"namespace": "not/allowed"}, "the name 'not/allowed' must have 1 to 50 letters"),
    ],
)
def test_an_update_that_fails_says_why_and_leaves_everything_as_it_was(
    stack: Stack, changes: dict[str, str], reason: str
) -> None:
    before = stack.deploy()
    with pytest.raises(WaiterError):
        stack.deploy(name="second", **changes)
    assert reason in stack.reasons()
    assert stack.emulator.client("appsync").get_api(apiId=before["ApiId"])["api"]["name"] == "first"
