"""What a web page needs of Amazon Cognito: signed tokens that API Gateway verifies, challenges, and CORS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_local import rs256, settings
from support.emulators import Emulator
from support.tokens import claims, forged, header
from support.user_pools import PASSWORD, Pool, make_pool

pytestmark = pytest.mark.slow

PAGE = "http://localhost:4567"


@pytest.fixture(scope="module")
def pool(emulator: Emulator) -> Pool:
    return make_pool(emulator, "readers")


def _ask(
    url: str, *, method: str = "GET", body: dict[str, Any] | None = None, **headers: str
) -> tuple[int, dict[str, str]]:
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named, method=method)) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def test_tokens_are_signed_with_the_published_keys_of_their_pool(pool: Pool) -> None:
    tokens = pool.sign_in()
    with urllib.request.urlopen(f"{pool.emulator.url}/{pool.pool_id}/.well-known/jwks.json") as answer:
        keys = {jwk["kid"]: jwk for jwk in json.load(answer)["keys"]}
    for token, use in ((tokens["IdToken"], "id"), (tokens["AccessToken"], "access")):
        content, _, signature = token.rpartition(".")
        assert rs256.verifies(keys[header(token)["kid"]], content.encode(), rs256.from_base64url(signature))
        assert claims(token)["token_use"] == use
        assert claims(token)["iss"] == f"https://cognito-idp.{settings.REGION}.amazonaws.com/{pool.pool_id}"


def test_a_forged_access_token_does_not_show_the_user(pool: Pool) -> None:
    token = pool.sign_in()["AccessToken"]
    assert pool.cognito().get_user(AccessToken=token)["Username"]
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        pool.cognito().get_user(AccessToken=forged(token, sub="somebody-else"))


def _guarded_api(pool: Pool) -> str:
    """A REST API whose one method needs a token of the pool; returns its address."""
    gateway, account = pool.emulator.client("apigateway"), settings.ACCOUNT
    api = gateway.create_rest_api(name="guarded")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    arn = f"arn:aws:cognito-idp:{settings.REGION}:{account}:userpool/{pool.pool_id}"
    authorizer = gateway.create_authorizer(
        restApiId=api,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=[arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="COGNITO_USER_POOLS", authorizerId=authorizer)
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_integration_response(**method, statusCode="200")
    gateway.create_deployment(restApiId=api, stageName="v1")
    return f"{pool.emulator.url}/_aws/execute-api/{api}/v1/"


def test_api_gateway_lets_in_who_has_a_token_of_the_pool_and_nobody_else(pool: Pool) -> None:
    address, tokens = _guarded_api(pool), pool.sign_in()
    token = tokens["IdToken"]
    foreign = make_pool(pool.emulator, "strangers").sign_in()["IdToken"]
    assert _ask(address, Authorization=token)[0] == 200
    assert _ask(address, Authorization=f"Bearer {token}")[0] == 200
    assert _ask(address)[0] == 401
    assert _ask(address, Authorization=forged(token, sub="somebody-else"))[0] == 401
    assert _ask(address, Authorization=foreign)[0] == 401
    for other in ("AccessToken", "RefreshToken"):
        assert _ask(address, Authorization=tokens[other])[0] == 401


def test_a_wrong_password_is_refused_as_the_page_expects(pool: Pool) -> None:
    with pytest.raises(ClientError) as refused:
        pool.sign_in("Wrong-Horse-7")
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("NotAuthorizedException", "Incorrect username or password.")


def test_a_new_user_has_to_choose_a_password(pool: Pool) -> None:
    cognito = pool.cognito()
    cognito.admin_create_user(
        UserPoolId=pool.pool_id, Username="new@example.com", TemporaryPassword="Temporary-1", MessageAction="SUPPRESS"
    )
    asked = cognito.initiate_auth(
        ClientId=pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "new@example.com", "PASSWORD": "Temporary-1"},
    )
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = cognito.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": "new@example.com", "NEW_PASSWORD": PASSWORD},
    )
    assert answer["AuthenticationResult"]["IdToken"]


def test_tokens_are_refreshed(pool: Pool) -> None:
    refreshed = pool.cognito().initiate_auth(
        ClientId=pool.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": pool.sign_in()["RefreshToken"]},
    )
    assert claims(refreshed["AuthenticationResult"]["AccessToken"])["token_use"] == "access"


def test_a_page_may_ask_from_its_own_origin(emulator: Emulator) -> None:
    wanted = "amz-sdk-invocation-id,amz-sdk-request,cache-control,content-type,x-amz-target,x-amz-user-agent"
    asked: dict[str, Any] = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": wanted}
    status, headers = _ask(f"{emulator.url}/", method="OPTIONS", Origin=PAGE, **asked)
    assert status == 200
    assert headers["access-control-allow-origin"] in ("*", PAGE)
    assert headers["access-control-allow-headers"] == "*"
    assert "POST" in headers["access-control-allow-methods"]


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 200), ("Wrong-Horse-7", 400)])
def test_a_page_may_read_every_answer(pool: Pool, password: str, status: int) -> None:
    body = {
        "ClientId": pool.client_id,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ada@example.com", "PASSWORD": password},
    }
    headers: dict[str, Any] = {"Origin": PAGE, "X_Amz_Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    answer = _ask(
        f"{pool.emulator.url}/", method="POST", body=body, Content_Type="application/x-amz-json-1.1", **headers
    )
    assert answer[0] == status
    assert answer[1]["access-control-allow-origin"] in ("*", PAGE)


@pytest.mark.parametrize("administrators_only", [True, False])
def test_nobody_signs_up_where_only_administrators_create_users(emulator: Emulator, administrators_only: bool) -> None:
    cognito = emulator.client("cognito-idp")
    config = {"AllowAdminCreateUserOnly": administrators_only}
    pool_id = cognito.create_user_pool(PoolName="closed", AdminCreateUserConfig=config)["UserPool"]["Id"]
    client_id = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="page")["UserPoolClient"]["ClientId"]
    if not administrators_only:
        assert cognito.sign_up(ClientId=client_id, Username="eve", Password=PASSWORD)["UserConfirmed"] is False
        return
    with pytest.raises(ClientError, match=r"NotAuthorizedException.*SignUp is not permitted for this user pool"):
        cognito.sign_up(ClientId=client_id, Username="eve", Password=PASSWORD)
    assert cognito.list_users(UserPoolId=pool_id)["Users"] == []
