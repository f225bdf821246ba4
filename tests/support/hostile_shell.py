"""The variables of a shell in which everything is set that could lead a program of ours astray."""

from __future__ import annotations

PROXY = "http://127.0.0.1:9"
"""Where nothing listens."""

ENDPOINT = "http://127.0.0.1:9"

HOSTILE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), PROXY),
    **dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_VAULT"), "somebody-elses"),
    **dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"), ENDPOINT),
    **dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION", "CDK_DEFAULT_REGION"), "eu-central-1"),
    **dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"), "/nowhere"),
    **dict.fromkeys(("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_DATA_PATH"), "/nowhere"),
    **dict.fromkeys(("AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT", "AWS_SDK_LOAD_CONFIG"), "true"),
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "nobody-s",
    "AWS_SESSION_TOKEN": "nobody-s-either",
    "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/another",
    "AWS_DEFAULTS_MODE": "auto",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "nonsense",
    "AWS_MAX_ATTEMPTS": "1",
    "CDK_DEFAULT_ACCOUNT": "999999999999",
    "CDK_OUTDIR": "/nowhere",
}
"""Some of its values make botocore raise by themselves; none leads to anything that exists."""

HOSTILE_OF_AWS = {name: value for name, value in HOSTILE.items() if name.startswith(("AWS_", "CDK_"))}
