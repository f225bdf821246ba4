"""IAM's policy simulator, which in MiniStack looks at one resource, at no condition keys and at no role with a path.

It answers about the policies of the principal alone, as IAM does unless it is given others, and refuses resources that
are no ARN.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from sagemaker_local.ministack import requests
from sagemaker_local.ministack.registry import private, replace

_IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
_SIMULATIONS = ("SimulatePrincipalPolicy", "SimulateCustomPolicy")

_READ = "ministack.services.iam:_extract_simulate_params"
_ANSWER = "ministack.services.iam:_build_simulate_results_real"
_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny"}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a request asks about: resources, and the keys and values that conditions may look at."""

    resources: Sequence[str] = ("*",)
    context: Mapping[str, list[str]] = field(default_factory=dict)


def install() -> None:
    """Take the place of how MiniStack reads such a request and answers it."""
    replace(_READ, read)
    replace(_ANSWER, answer)
    requests.intercept("iam", _checked)


async def _checked(given: requests.Parameters, as_before: requests.Handle) -> requests.Answer:
    """Refuse what IAM refuses; the text is its own."""
    if given.get("Action") in _SIMULATIONS:
        for resource in _members(given, "ResourceArns.member.{}"):
            if resource != "*" and not resource.startswith("arn:"):
                message = f"ResourceNames are not in a valid ARN format: {resource}."
                return requests.refusal(400, "InvalidInput", message, _IAM)
    return await as_before()


def read(parameters: Mapping[str, Any]) -> tuple[list[str], Question]:
    """The actions, and what is asked of each; MiniStack passes the second on to `answer` as it is."""
    entries = _members(parameters, "ContextEntries.member.{}.ContextKeyName")
    context = {
        name.lower(): list(_members(parameters, f"ContextEntries.member.{number}.ContextKeyValues.member.{{}}"))
        for number, name in enumerate(entries, start=1)
    }
    resources = tuple(_members(parameters, "ResourceArns.member.{}")) or ("*",)
    return list(_members(parameters, "ActionNames.member.{}")), Question(resources=resources, context=context)


def _members(parameters: Mapping[str, Any], pattern: str) -> Iterator[str]:
    number = 1
    while value := parameters.get(pattern.format(number)):
        yield str(value[0] if isinstance(value, list) else value)
        number += 1


def answer(actions: Sequence[str], asked: Question, principal: str, account: str, policies: list[Any]) -> str:
    """One evaluation result for every action on every resource, as XML."""
    found = policies or _policies_of_role(principal, account)
    return "".join(
        _result(action, resource, _decide(action, resource, asked, principal, account, found))
        for action in actions
        for resource in asked.resources
    )


def _policies_of_role(principal: str, account: str) -> list[Any]:
    """MiniStack takes the path of a role for a part of its name, and finds nothing."""
    kind, _, name = principal.partition(":role/")
    return (
        list(private("ministack.core.iam_evaluator:_gather_role_policies")(name.rpartition("/")[2], account))
        if (kind and name)
        else []
    )


def _decide(action: str, resource: str, asked: Question, principal: str, account: str, policies: list[Any]) -> str:
    context = private("ministack.core.iam_evaluator:EvalContext")(
        principal_arn=principal,
        principal_type="User",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=private("ministack.core.responses:get_region")(),
        service_context={name: values[0] if len(values) == 1 else values for name, values in asked.context.items()},
    )
    decision = private("ministack.core.iam_evaluator:evaluate")(context, policies).decision
    return _DECISIONS.get(decision, "implicitDeny")


def _result(action: str, resource: str, decision: str) -> str:
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName><EvalDecision>{decision}</EvalDecision>"
        "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues></member>"
    )
