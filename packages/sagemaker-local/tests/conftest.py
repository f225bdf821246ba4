"""The shell that tests run in: nothing of AWS, nothing of this package's own variables, no proxy on this machine."""

from __future__ import annotations

import os

for _name in [name for name in os.environ if name.startswith(("AWS_", "CDK_", "SAGEMAKER_LOCAL_"))]:
    del os.environ[_name]
os.environ |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
os.environ |= {"AWS_EC2_METADATA_DISABLED": "true"} | dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1")
