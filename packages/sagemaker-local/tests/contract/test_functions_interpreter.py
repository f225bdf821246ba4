"""Emulated functions see what Lambda's Python runtimes bring, their bundle and their layers, nothing of the daemon."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.emulated_functions import make_function, zip_file
from support.emulators import Emulator, eventually

FUNCTION = "curious"
SDK = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
CODE = """
import importlib.metadata, importlib.util, os, site, sys
import boto3, botocore, bundled

def handler(event, context):
    return {
        "bucket": boto3.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"],
        "bundled": bundled.TEXT,
        "distributions": [found.name for found in importlib.metadata.distributions()],
        "environment": dict(os.environ),
        "found": [name for name in event["names"] if importlib.util.find_spec(name)],
        "user_site": site.ENABLE_USER_SITE,
        "version": sys.version_info[:2],
    }
"""
OF_THE_DAEMON = ["cryptography", "emulator", "h11", "hypercorn", "jsonata", "ministack", "yaml"]
OF_CONTAINERS = ["google", "numpy", "pyarrow", "uvicorn", "xgboost"]


def _call(emulator: Emulator, name: str, **event: Any) -> tuple[Any, str | None]:
    answer = emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.load(answer["Payload"]), answer.get("FunctionError")


@pytest.fixture(scope="module")
def seen(emulator: Emulator) -> dict[str, Any]:
    """What a function sees."""
    make_function(emulator, FUNCTION, CODE, "s3:ListAllMyBuckets", bundled="TEXT = 'here'")
    answer, failed = _call(emulator, FUNCTION, names=["json", *OF_THE_DAEMON, *OF_CONTAINERS])
    assert failed is None, answer
    return dict(answer)


def test_a_function_has_the_sdk_and_its_bundle(seen: dict[str, Any]) -> None:
    assert (seen["bundled"], seen["bucket"]) == ("here", 200)


def test_a_function_has_no_package_of_the_daemon_or_of_containers(seen: dict[str, Any]) -> None:
    assert seen["found"] == ["json"]
    assert set(seen["distributions"]) == SDK
    assert seen["user_site"] is False


def test_a_function_does_not_see_how_the_daemon_is_set_up(seen: dict[str, Any]) -> None:
    environment = seen["environment"]
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == FUNCTION
    assert not [name for name in environment if name.startswith(("SAGEMAKER_LOCAL_", "MINISTACK_", "PYTHONPATH"))]
    assert not {"AUTH", "GATEWAY_PORT", "LAMBDA_EXECUTOR"} & set(environment)


def test_a_variable_of_the_function_may_have_the_name_of_one_of_the_daemon(emulator: Emulator) -> None:
    make_function(emulator, "named-alike", "import os\ndef handler(event, context):\n    return os.environ.get('AUTH')")
    client = emulator.client("lambda")
    client.update_function_configuration(FunctionName="named-alike", Environment={"Variables": {"AUTH": "its own"}})
    assert _call(emulator, "named-alike") == ("its own", None)


def test_the_code_of_a_function_is_read_only(emulator: Emulator) -> None:
    make_function(
        emulator, "looks", "import os\ndef handler(event, context):\n    return os.stat(__file__).st_mode & 0o777"
    )
    assert _call(emulator, "looks") == (0o444, None)


def test_a_layer_brings_packages(emulator: Emulator) -> None:
    code = "import layered, deep\ndef handler(event, context):\n    return [layered.TEXT, deep.TEXT]"
    make_function(emulator, "with-layer", code)
    client = emulator.client("lambda")
    deep = "python/lib/python3.11/site-packages/deep.py"
    content = zip_file({"python/layered.py": "TEXT = 'layer'", deep: "TEXT = 'site'"})
    layer = client.publish_layer_version(LayerName="packages", Content={"ZipFile": content})["LayerVersionArn"]
    client.update_function_configuration(FunctionName="with-layer", Layers=[layer])
    assert _call(emulator, "with-layer") == (["layer", "site"], None)


@pytest.mark.parametrize("package", ["numpy", "ministack"])
def test_a_missing_package_is_told_of_as_by_lambda(emulator: Emulator, package: str) -> None:
    name = f"without-{package}"
    make_function(emulator, name, f"import {package}\ndef handler(event, context): pass")
    for _ in range(2):
        answer, failed = _call(emulator, name)
        assert answer.pop("requestId")
        text = f"Unable to import module 'code': No module named '{package}'"
        assert answer == {"errorMessage": text, "errorType": "Runtime.ImportModuleError", "stackTrace": []}
        assert failed == "Unhandled"
    group = {"logGroupName": f"/aws/lambda/{name}"}
    events = emulator.client("logs").filter_log_events(**group)["events"]
    assert any(event["message"].startswith(f"[ERROR] Runtime.ImportModuleError: {text}") for event in events)
    eventually(lambda: not list((emulator.state / "tmp").glob(f"ministack-lambda-{name}-*")))
