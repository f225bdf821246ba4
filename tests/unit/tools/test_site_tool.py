"""Building and publishing the web page: what is pure in it, and what esbuild makes of the sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from stacks.identity.settings import PeopleSettings
from stacks.parts import Parts
from stacks.settings import DEV, LOCAL, PROD
from tools.deployment import Deployment, DeploymentError
from tools.site_bundle import bundle, with_names
from tools.site_publishing import (
    ASK_FIRST,
    FOREVER,
    cache_control,
    called_origins,
    content_type,
    in_publishing_order,
    read_outputs,
    site_config,
    site_url,
)

HOST = "a" * 26 + ".appsync-api.us-east-1.amazonaws.com"
REALTIME = "a" * 26 + ".appsync-realtime-api.us-east-1.amazonaws.com"
OUTPUTS: Mapping[str, Mapping[str, str]] = {
    "identity": {"UserPoolId": "us-east-1_abc", "UserPoolClientId": "client"},
    "upload": {
        "EventsApiId": "events",
        "EventsHttpHost": HOST,
        "EventsRealtimeHost": REALTIME,
        "UploadBucketName": "pictures",
    },
    "api": {"PeopleApiId": "people", "PeopleApiUrl": "https://people.execute-api.us-east-1.amazonaws.com/v1/"},
}


@dataclass(frozen=True, kw_only=True)
class SomeStacks:
    """A CloudFormation that has these outputs of these stacks."""

    outputs: Mapping[str, Mapping[str, str]]

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        if StackName not in self.outputs:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        pairs = self.outputs[StackName].items()
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in pairs]}]}


@dataclass(frozen=True, kw_only=True)
class SomeDeployment(Deployment):
    """A deployment whose stacks are made up."""

    stacks: SomeStacks = field(default_factory=lambda: SomeStacks(outputs={}))

    def client(self, service: str) -> Any:
        return self.stacks


def deployment(
    environment: str = "local", stacks: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> SomeDeployment:
    named = {f"digits-{environment}-{part}": outputs for part, outputs in stacks.items()}
    variables = {"AWS_ENDPOINT_URL": "http://localhost:4566"} if environment == "local" else {}
    return SomeDeployment(
        environment=environment,
        manifest=Path("manifest.json"),
        variables=variables,
        folder=Path("build"),
        stacks=SomeStacks(outputs=named),
    )


def test_the_page_on_aws_is_told_the_addresses_of_aws() -> None:
    assert site_config(DEV, OUTPUTS, None) == {
        "schema": "digits.web/1",
        "environment": "dev",
        "region": DEV.region,
        "api_url": "https://people.execute-api.us-east-1.amazonaws.com/v1",
        "user_pool_id": "us-east-1_abc",
        "user_pool_client_id": "client",
        "user_pool_endpoint": None,
        "events_url": f"https://{HOST}/event",
        "sign_up": False,
        "upload_bytes_max": 26_214_400,
    }


def test_the_page_in_the_emulator_is_told_paths_of_the_emulator() -> None:
    config = site_config(LOCAL, OUTPUTS, "http://localhost:4566")
    assert config["api_url"] == "http://localhost:4566/_aws/execute-api/people/v1"
    assert config["events_url"] == "http://localhost:4566/_aws/appsync-events/events/event"
    assert config["user_pool_endpoint"] == "http://localhost:4566/"


def test_the_page_without_uploads_is_told_of_none_and_calls_two_services() -> None:
    settings = replace(PROD, parts=Parts(uploads=False))
    outputs = {part: found for part, found in OUTPUTS.items() if part != "upload"}
    config = site_config(settings, outputs, None)
    assert (config["events_url"], config["upload_bytes_max"]) == (None, None)
    assert len(called_origins(config, None)) == 2


def test_accounts_are_offered_only_where_people_may_make_them() -> None:
    open_to_all = replace(DEV, people=PeopleSettings(self_sign_up=True))
    assert site_config(open_to_all, OUTPUTS, None)["sign_up"] is True
    assert site_config(PROD, OUTPUTS, None)["sign_up"] is False


def test_the_page_may_call_five_services_on_aws_and_no_other() -> None:
    assert called_origins(site_config(DEV, OUTPUTS, None), OUTPUTS["upload"]) == [
        "https://people.execute-api.us-east-1.amazonaws.com",
        f"https://cognito-idp.{DEV.region}.amazonaws.com",
        f"https://pictures.s3.{DEV.region}.amazonaws.com",
        f"https://{HOST}",
        f"wss://{REALTIME}",
    ]


def test_the_page_may_call_nobody_but_the_emulator_there() -> None:
    config = site_config(LOCAL, OUTPUTS, "http://localhost:4766")
    assert called_origins(config, OUTPUTS["upload"]) == [
        "http://localhost:4766",
        "ws://localhost:4766",
        "http://127.0.0.1:4766",
    ]


def test_outputs_are_read_by_part() -> None:
    assert read_outputs(deployment(stacks=OUTPUTS)) == OUTPUTS


@pytest.mark.parametrize(("environment", "command"), [("local", "make up"), ("dev", "make deploy ENV=dev")])
def test_a_stack_that_is_not_deployed_is_named_with_the_command_that_deploys_it(environment: str, command: str) -> None:
    without = {part: outputs for part, outputs in OUTPUTS.items() if part != "upload"}
    with pytest.raises(DeploymentError, match=f"digits-{environment}-upload is not deployed.*'{command}'"):
        read_outputs(deployment(environment, without))


def test_an_output_that_is_missing_is_named() -> None:
    with pytest.raises(DeploymentError, match="digits-local-api has no output PeopleApiUrl"):
        read_outputs(deployment(stacks={**OUTPUTS, "api": {"PeopleApiId": "people"}}))


def test_on_aws_the_page_is_where_cloudfront_is() -> None:
    assert site_url("https://d1.cloudfront.net", None) == "https://d1.cloudfront.net"


def test_only_what_is_named_after_its_content_is_kept_for_ever() -> None:
    assert cache_control("assets/main-ABC.js") == FOREVER
    assert {cache_control("index.html"), cache_control("config.json")} == {ASK_FIRST}


def test_a_file_of_no_known_type_is_refused() -> None:
    assert content_type(Path("main.js")) == "text/javascript; charset=utf-8"
    with pytest.raises(DeploymentError, match=r"photo\.webp has a suffix of no known type; known are \.css, \.html"):
        content_type(Path("photo.webp"))


def test_names_are_put_into_attributes_only() -> None:
    page = '<p>main.js</p><script src="main.js"></script><link href="style.css">'
    names = {"main.js": "assets/main-1.js", "style.css": "assets/style-2.css"}
    assert with_names(page, names) == (
        '<p>main.js</p><script src="assets/main-1.js"></script><link href="assets/style-2.css">'
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_bundle_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        bundle(tmp_path / name, called=["https://api.example"])
    files = contents(tmp_path / "one")
    assert files == contents(tmp_path / "two")
    page = files["index.html"].decode()
    named = set(re.findall(r'(?:href|src)="([^"#]+)"', page)) - {"config.json"}
    assert named <= set(files)
    assert {Path(name).suffix for name in named} == {".css", ".js", ".svg"}
    assert "connect-src 'self' https://api.example;" in page


def test_index_html_is_published_when_all_that_it_names_is_there(tmp_path: Path) -> None:
    bundle(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    order = [path.name for path in in_publishing_order(tmp_path)]
    assert order[-2:] == ["config.json", "index.html"]
    assert len(order) == len(contents(tmp_path))
