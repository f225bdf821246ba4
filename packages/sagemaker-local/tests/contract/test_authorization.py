"""Who may do what in the emulator: signatures and IAM policies are checked for SageMaker and for API Gateway."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sagemaker_local import settings
from support.emulators import ROW, Emulator, World, allow
from support.refusals import refusal

ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/serving"


@dataclass(frozen=True, kw_only=True)
class User:
    """A user of IAM with a key."""

    emulator: Emulator
    name: str
    key: str
    secret: str

    def client(self, service: str) -> Any:
        return self.emulator.client(service, key=self.key, secret=self.secret)

    def may(self, action: str, *resources: str) -> None:
        policy = allow(action, *resources)
        self.emulator.client("iam").put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=policy)


@pytest.fixture(scope="module")
def user(emulator: Emulator) -> User:
    iam = emulator.client("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    return User(emulator=emulator, name="somebody", key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def test_invoke_endpoint_needs_the_permission_on_that_endpoint(user: User, serving: str) -> None:
    runtime = user.client("sagemaker-runtime")
    call = {"EndpointName": serving, "ContentType": "text/csv", "Body": ROW}
    text = (
        "User: arn:aws:iam::123456789012:user/somebody is not authorized to perform: sagemaker:InvokeEndpoint on "
        f"resource: {ENDPOINT} because no identity-based policy allows the sagemaker:InvokeEndpoint action"
    )
    user.may("sagemaker:InvokeEndpoint", ENDPOINT.replace("serving", "Serving"), ENDPOINT + "2")
    assert refusal(runtime.invoke_endpoint, **call) == ("AccessDeniedException", text)
    user.may("sagemaker:InvokeEndpoint", ENDPOINT)
    assert runtime.invoke_endpoint(**call)["Body"].read()


def test_the_control_plane_needs_permissions_on_what_a_request_names(user: User, world: World) -> None:
    sagemaker = user.client("sagemaker")
    user.may("sagemaker:Describe*", "arn:aws:sagemaker:us-east-1:123456789012:model/one")
    assert sagemaker.describe_model(ModelName="One")
    assert refusal(sagemaker.describe_model, ModelName="two")[0] == "AccessDeniedException"
    assert refusal(sagemaker.delete_model, ModelName="one")[0] == "AccessDeniedException"
    assert refusal(sagemaker.list_models)[0] == "AccessDeniedException"


def test_a_policy_may_ask_for_the_tag_of_a_resource(user: User, world: World, emulator: Emulator) -> None:
    models = emulator.client("sagemaker")
    arns = {each["ModelName"]: each["ModelArn"] for each in models.list_models()["Models"]}
    models.add_tags(ResourceArn=arns["one"], Tags=[{"Key": "serves", "Value": "digits"}])
    statement = {
        "Effect": "Allow",
        "Action": "sagemaker:DescribeModel",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/serves": "digits"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    emulator.client("iam").put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=policy)
    assert user.client("sagemaker").describe_model(ModelName="one")
    assert refusal(user.client("sagemaker").describe_model, ModelName="two")[0] == "AccessDeniedException"


@pytest.mark.parametrize("service", ["sagemaker", "s3", "sts"])
def test_a_wrong_secret_is_refused_even_with_the_root_key(emulator: Emulator, service: str) -> None:
    client = emulator.client(service, secret="wrong")
    call = {"sagemaker": "list_models", "s3": "list_buckets", "sts": "get_caller_identity"}[service]
    assert refusal(getattr(client, call))[0] in {"InvalidSignatureException", "SignatureDoesNotMatch"}


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> str:
    """Address of a method that needs IAM; its mock integration answers 200."""
    gateway = emulator.client("apigateway")
    api = gateway.create_rest_api(name="signed")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="churn")["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="AWS_IAM")
    template = {"requestTemplates": {"application/json": '{"statusCode": 200}'}}
    gateway.put_integration(**method, type="MOCK", **template)
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": '{"ok": 1}'})
    gateway.create_deployment(restApiId=api, stageName="v1")
    return f"{emulator.url}/_aws/execute-api/{api}/v1/churn"


def post(url: str, credentials: Credentials | None) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a POST, signed for execute-api unless there are no credentials."""
    request = AWSRequest("POST", url, data=b"{}", headers={"Content-Type": "application/json"})
    if credentials is not None:
        SigV4Auth(credentials, "execute-api", settings.REGION).add_auth(request)
    sent = urllib.request.Request(url, b"{}", dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_an_api_with_iam_lets_in_who_signs_rightly(api: str) -> None:
    assert post(api, Credentials(settings.ROOT_ACCESS_KEY, settings.ROOT_SECRET_KEY)) == (200, {"ok": 1})
    assert post(api, None) == (403, {"message": "Missing Authentication Token"})
    status, answer = post(api, Credentials(settings.ROOT_ACCESS_KEY, "wrong"))
    assert status == 403
    assert answer["message"].startswith("The request signature we calculated does not match")


def test_an_api_with_iam_lets_in_who_may_invoke_it(api: str, user: User) -> None:
    name = api.split("/")[5]
    arn = f"arn:aws:execute-api:us-east-1:123456789012:{name}/v1"
    credentials = Credentials(user.key, user.secret)
    user.may("execute-api:Invoke", f"{arn}/GET/churn")
    status, answer = post(api, credentials)
    assert status == 403
    assert answer["Message"].startswith(
        "User: arn:aws:iam::123456789012:user/somebody is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:us-east-1:********9012:{name}/v1/POST/churn because"
    )
    user.may("execute-api:Invoke", f"{arn}/POST/churn")
    assert post(api, credentials) == (200, {"ok": 1})
