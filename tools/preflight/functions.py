"""Whether Lambda runs as many functions at a time as an environment needs.

Lambda itself tells what an account has and what of it is reserved; new accounts have 10 instead of 1,000.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.preflight.check import Check, Client, ok, wanting
from tools.preflight.needs import Templates, of_type
from tools.preflight.quotas import Quota

SUBJECT = "Lambda"
PERMISSION = "lambda:GetAccountSettings"
UNRESERVED_MIN = 100
"""Lambda refuses a reservation that leaves less than this to the functions without one."""

CONCURRENCY_CODE = "L-B99A9384"
"""Of the quota `Concurrent executions`, which Service Quotas has for every account."""


def check_concurrency(client: Client, wanted: Templates, deployed: Templates, region: str) -> Iterator[Check]:
    """Whether what the functions reserve, or else what they run at a time, fits into the account.

    Parameters
    ----------
    wanted, deployed
        Templates that are to be deployed, and that are: the reservations of the latter are counted already.
    """
    limit = client("lambda").get_account_settings()["AccountLimit"]
    total, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    others = total - unreserved - reserved(deployed)
    text = f"Lambda runs {total} functions at a time"
    if others > 0:
        text = f"{text}, of which others in the account have reserved {others}"
    own = reserved(wanted)
    if own:
        needed = own + UNRESERVED_MIN + max(others, 0)
        text = f"{text}; these stacks reserve {own}, and {UNRESERVED_MIN} have to be left to functions without"
        fails = "the stacks of the functions fail"
    else:
        needed = runs(wanted) + max(others, 0)
        text = f"{text}; {runs(wanted)} are needed for one of each function, and the worker's concurrency"
        fails = "callers are throttled (429)"
    if total >= needed:
        yield ok(SUBJECT, text)
        return
    quota = Quota(service="lambda", code=CONCURRENCY_CODE, value=total, adjustable=True)
    # AWS gives no less than the default of 1,000 to whoever asks.
    do = quota.increase(max(needed, 1000), region)
    yield wanting(SUBJECT, f"{text}: {fails}", do, blocks=bool(own))


def reserved(templates: Templates) -> int:
    """The sum of the reserved concurrency of the functions."""
    found = of_type(templates, "AWS::Lambda::Function")
    return sum(int(properties.get("ReservedConcurrentExecutions", 0)) for _, _, properties in found)


def runs(templates: Templates) -> int:
    """Runs at a time: one of each function, and of those that a queue feeds as many as its mapping starts."""
    fed = [
        int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", 1))
        for _, _, properties in of_type(templates, "AWS::Lambda::EventSourceMapping")
    ]
    functions = sum(1 for _ in of_type(templates, "AWS::Lambda::Function"))
    return functions - len(fed) + sum(fed)
