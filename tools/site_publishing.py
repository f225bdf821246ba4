"""Build the web page and publish it: into a folder, and from there into the bucket of the site.

The page is bundled from `web/`; `config.json` beside it says what the stacks say they are, and the page itself whom it
may call. CloudFront is told to forget the old one. Files with a digest in their names may be kept for ever;
`index.html` and `config.json` may not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from urllib3 import PoolManager

from stacks.settings import Settings, settings_for
from tools.deployment import Deployment, DeploymentError, stack_outputs
from tools.site_bundle import ASSETS, bundle

CONFIG_SCHEMA = "digits.web/1"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""Of each file that a page is made of; browsers run no script of another type."""

FOREVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

WANTED_OUTPUTS = {
    "identity": ("UserPoolId", "UserPoolClientId"),
    "upload": ("EventsApiId", "EventsHttpHost", "EventsRealtimeHost", "UploadBucketName"),
    "api": ("PeopleApiId", "PeopleApiUrl"),
}
"""What the page is told, by the part of the application that says it."""


def site_config(
    settings: Settings, outputs: Mapping[str, Mapping[str, str]], endpoint_url: str | None
) -> dict[str, Any]:
    """Make the content of `config.json`.

    Parameters
    ----------
    settings
        The environment.
    outputs
        The outputs of the stacks in `WANTED_OUTPUTS`, by part; without `upload` where there are no uploads.
    endpoint_url
        Where the emulator listens; None on AWS, whose services have addresses of their own.
    """
    api_url, events_url = outputs["api"]["PeopleApiUrl"].rstrip("/"), _events_url(outputs, endpoint_url)
    if endpoint_url:
        stage = api_url.rpartition("/")[2]
        api_url = f"{endpoint_url}/_aws/execute-api/{outputs['api']['PeopleApiId']}/{stage}"
    return {
        "schema": CONFIG_SCHEMA,
        "environment": settings.environment,
        "region": settings.region,
        "api_url": api_url,
        "user_pool_id": outputs["identity"]["UserPoolId"],
        "user_pool_client_id": outputs["identity"]["UserPoolClientId"],
        "user_pool_endpoint": f"{endpoint_url}/" if endpoint_url else None,
        "events_url": events_url,
        "sign_up": settings.people.self_sign_up,
        "upload_bytes_max": settings.upload.bytes_max if settings.parts.uploads else None,
    }


def _events_url(outputs: Mapping[str, Mapping[str, str]], endpoint_url: str | None) -> str | None:
    """Where results of uploads are published; None where there are no uploads."""
    upload = outputs.get("upload")
    if upload is None:
        return None
    if endpoint_url:
        # A browser cannot choose the Host by which the emulator would know this API.
        return f"{endpoint_url}/_aws/appsync-events/{upload['EventsApiId']}/event"
    return f"https://{upload['EventsHttpHost']}/event"


def read_outputs(deployment: Deployment) -> dict[str, dict[str, str]]:
    """Read what the deployed stacks say they are.

    Raises
    ------
    DeploymentError
        If one is not deployed, or says less than the page needs.
    """
    stacks = settings_for(deployment.environment).parts.stacks
    outputs = {part: stack_outputs(deployment, part) for part in WANTED_OUTPUTS if part in stacks}
    for part, found in outputs.items():
        _require(deployment, part, found, WANTED_OUTPUTS[part])
    return outputs


def build(deployment: Deployment, folder: Path | None = None) -> Path:
    """Bundle the page and write its configuration; returns the folder, which holds nothing else.

    Raises
    ------
    DeploymentError
        If the stacks that the page calls are not deployed, or the bundler refuses the sources.
    """
    outputs = read_outputs(deployment)
    config = site_config(settings_for(deployment.environment), outputs, deployment.variables.get("AWS_ENDPOINT_URL"))
    folder = folder or deployment.folder / "web"
    bundle(folder, called=called_origins(config, outputs.get("upload")))
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return folder


def called_origins(config: Mapping[str, Any], upload: Mapping[str, str] | None) -> list[str]:
    """Whom the page calls beside its own site: API, sign-in, bucket of the uploads, events.

    Parameters
    ----------
    config
        The content of `config.json`.
    upload
        The outputs of the stack that takes pictures in; None where there is none.
    """
    region = config["region"]
    if config["user_pool_endpoint"]:
        emulator = urlsplit(config["user_pool_endpoint"])
        # Its functions know it by its number, and so do the forms for uploads that they sign.
        return [f"http://{emulator.netloc}", f"ws://{emulator.netloc}", f"http://127.0.0.1:{emulator.port}"]
    always = [f"https://{urlsplit(config['api_url']).netloc}", f"https://cognito-idp.{region}.amazonaws.com"]
    if upload is None:
        return always
    return [
        *always,
        f"https://{upload['UploadBucketName']}.s3.{region}.amazonaws.com",
        f"https://{upload['EventsHttpHost']}",
        f"wss://{upload['EventsRealtimeHost']}",
    ]


def publish(deployment: Deployment) -> str:
    """Build the page and put it where CloudFront reads it; returns its address.

    Raises
    ------
    DeploymentError
        If something that it needs is not deployed.
    """
    site = stack_outputs(deployment, "web")
    _require(deployment, "web", site, ("SiteBucketName", "DistributionId", "SiteUrl"))
    folder = build(deployment)
    s3 = deployment.client("s3")
    for path in in_publishing_order(folder):
        key = path.relative_to(folder).as_posix()
        s3.put_object(
            Bucket=site["SiteBucketName"],
            Key=key,
            Body=path.read_bytes(),
            ContentType=content_type(path),
            CacheControl=cache_control(key),
        )
    paths = ["/", "/index.html", "/config.json"]
    deployment.client("cloudfront").create_invalidation(
        DistributionId=site["DistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": len(paths), "Items": paths},
            "CallerReference": f"tools.site {time.time_ns()}",
        },
    )
    return site_url(site["SiteUrl"], deployment.variables.get("AWS_ENDPOINT_URL"))


def site_url(deployed_url: str, endpoint_url: str | None) -> str:
    """Where a person opens the page. The emulator, at `endpoint_url`, shows what is deployed at a second port."""
    if not endpoint_url:
        return deployed_url
    answer = PoolManager().request("GET", f"{endpoint_url}/_sagemaker_local/health", timeout=5, retries=False)
    address = urlsplit(endpoint_url)
    return f"{address.scheme}://{address.hostname}:{answer.json()['site_port']}/"


def in_publishing_order(folder: Path) -> Iterator[Path]:
    """Files in an order in which no page ever names what is not there yet: `index.html` last."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    yield from sorted(files, key=lambda path: (path.name == "index.html", path.name == "config.json"))


def content_type(path: Path) -> str:
    """The media type of a file of the page."""
    if path.suffix not in CONTENT_TYPES:
        known = ", ".join(CONTENT_TYPES)
        msg = f"{path.name} has a suffix of no known type; known are {known}: add it in tools/site_publishing.py"
        raise DeploymentError(msg)
    return CONTENT_TYPES[path.suffix]


def cache_control(key: str) -> str:
    """How long browsers and CloudFront may keep a file."""
    return FOREVER if key.startswith(f"{ASSETS}/") else ASK_FIRST


def _require(deployment: Deployment, part: str, outputs: Mapping[str, str], names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in outputs]
    if missing:
        state = f"has no output {', '.join(missing)}" if outputs else "is not deployed"
        command = "make up" if deployment.is_emulated else f"make deploy ENV={deployment.environment}"
        msg = f"stack {deployment.stack(part)} {state}, which the page needs: run '{command}'"
        raise DeploymentError(msg)
