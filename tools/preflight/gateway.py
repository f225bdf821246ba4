"""The role with which API Gateway writes logs: an account has one for each region, whoever made it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.preflight.check import Check, Client, ok, wanting
from tools.preflight.needs import Templates, of_type

SUBJECT = "API Gateway"
PERMISSION = "apigateway:GET"
ACCOUNT = "AWS::ApiGateway::Account"


def check_log_role(client: Client, wanted: Templates, deployed: Templates) -> Iterator[Check]:
    """Whether the stages of the APIs may have access logs, and whose role would write them.

    Parameters
    ----------
    wanted, deployed
        Templates that are to be deployed, and that are: where one of these sets the role, it is the environment's own.
    """
    if not any("AccessLogSetting" in stage for _, _, stage in of_type(wanted, "AWS::ApiGateway::Stage")):
        return
    role = client("apigateway").get_account().get("cloudwatchRoleArn")
    sets, has_set = (any(of_type(templates, ACCOUNT)) for templates in (wanted, deployed))
    # CloudFormation names a role after its stack. This one is kept when the stack is removed.
    left = any(role and role.rpartition("/")[2].startswith(f"{stack}-") for stack, _, _ in of_type(wanted, ACCOUNT))
    if not sets and not role:
        do = "set owns_api_gateway_account to True in stacks/settings.py, or ask the team that owns it; for a preview, "
        do += "deploy the environment first that it is made from"
        yield wanting(
            SUBJECT,
            "the account has no role for its logs, and without one no stage can have access logs",
            do,
            blocks=True,
        )
    elif not sets:
        yield ok(SUBJECT, f"its role for logs is {role}")
    elif role and not has_set and not left:
        found = (
            f"its role for logs is {role}, which another stack or team has set, and this deployment replaces it for all"
        )
        yield wanting(SUBJECT, found, "set owns_api_gateway_account to False in stacks/settings.py to leave it")
    else:
        text = (
            f"its role for logs is {role}, of this environment" if role else "the deployment sets the role for its logs"
        )
        yield ok(SUBJECT, text)
