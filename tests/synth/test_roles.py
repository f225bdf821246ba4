"""The table of what each role may do and may not, evaluated on the policies in the templates."""

from __future__ import annotations

import json

import pytest

from stacks.policy.role_table import Question, Resource, RoleRights, read_role_table
from tests.support.assemblies import MANIFEST, Assembly, Json, as_list
from tests.support.iam_reference import ARNS, role_statements
from tests.support.policy_evaluation import allows, is_allowed

TABLE = read_role_table()
OF_DEPLOYMENTS_ONLY = ("cdk-hnb659fds-assets", "alarm:digits-")
"""In resources whose names hold a digest, or the name of what is made later."""


def logical_id(assembly: Assembly, wanted: Resource) -> str | None:
    """The one resource of that type whose logical id begins so; None where the environment has none."""
    if wanted.part not in assembly.settings.parts.stacks:
        return None
    found = [name for name in assembly.resources(wanted.type, wanted.part) if name.startswith(wanted.begins)]
    assert len(found) <= 1, found
    return found[0] if found else None


def values(assembly: Assembly) -> dict[str, str]:
    """What stands for the names in braces; what an environment has not is a name of nothing."""
    settings = assembly.settings
    found = {
        name: ARNS.get(wanted.type, "{name}").format(name=logical_id(assembly, wanted) or "absent").removesuffix(":*")
        for name, wanted in TABLE.resources.items()
    }
    return {
        **found,
        "account": settings.account,
        "region": settings.region,
        "environment": settings.environment,
        "name": settings.application_name,
        "key": json.loads(MANIFEST.read_text())["artifact"]["key"],
    }


def roles(assembly: Assembly) -> list[tuple[str, RoleRights]]:
    """The roles of an environment by their logical ids, each with its lines."""
    asked = (
        (role, Resource(part=role.part, type="AWS::IAM::Role", begins=role.begins))
        for role in TABLE.of(assembly.settings.environment)
    )
    return [(name, role) for role, wanted in asked if (name := logical_id(assembly, wanted))]


def statements_of(assembly: Assembly) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for name, statement in role_statements(assembly):
        found.setdefault(name, []).append(statement)
    return found


def test_roles_may_do_what_the_table_says_and_no_more(assembly: Assembly) -> None:
    statements, known = statements_of(assembly), values(assembly)
    wrong = [
        f"{name} {question.action} {question.resource} {dict(question.context)} is not {question.allowed}"
        for name, role in roles(assembly)
        for question in role.questions
        if is_allowed(statements.get(name, []), question.action, question.resource.format(**known), question.context)
        is not question.allowed
    ]
    assert not wrong


def test_every_role_is_in_the_table(assembly: Assembly) -> None:
    assert {name for name, _ in roles(assembly)} == assembly.resources("AWS::IAM::Role").keys()
    for _, role in roles(assembly):
        assert any(not question.allowed for question in role.questions), role.begins


def test_every_statement_allows_a_line_of_the_table(assembly: Assembly) -> None:
    """A right that is added has to be written down."""
    known, unused = values(assembly), []
    lines: dict[str, list[Question]] = {}
    for name, role in roles(assembly):
        lines.setdefault(name, []).extend(each for each in role.questions if each.allowed)
    for name, statement in role_statements(assembly):
        if all(any(word in each for word in OF_DEPLOYMENTS_ONLY) for each in statement["Resource"]):
            continue
        if all(action.startswith("xray:") for action in as_list(statement["Action"])):
            continue  # where tracing is on
        asked = lines[name]
        if not any(allows(statement, each.action, each.resource.format(**known), each.context) for each in asked):
            unused.append(f"{name} {statement['Action']} {statement['Resource']}")
    assert not unused


ALLOW: Json = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/jobs/*"}


@pytest.mark.parametrize(
    ("condition", "context", "allowed"),
    [
        ({}, {}, True),
        ({"StringEquals": {"s3:Prefix": ["a", "b"]}}, {"s3:prefix": "b"}, True),
        ({"StringEquals": {"s3:prefix": "a"}}, {}, False),
        ({"StringLike": {"s3:prefix": "a/*"}}, {"s3:prefix": "a/b"}, True),
        ({"Null": {"s3:prefix": "true"}}, {}, True),
        ({"Null": {"s3:prefix": "false"}}, {}, False),
        ({"Bool": {"s3:prefix": "true"}}, {"s3:prefix": "false"}, False),
        ({"NumericLessThanEquals": {"s3:prefix": "9"}}, {"s3:prefix": "10"}, False),
        ({"ForAllValues:StringEquals": {"s3:prefix": ["a"]}}, {}, True),
        ({"ForAllValues:StringEquals": {"s3:prefix": ["a"]}}, {"s3:prefix": "b"}, False),
    ],
)
def test_how_conditions_are_evaluated(condition: Json, context: dict[str, str], allowed: bool) -> None:
    statement = {**ALLOW, "Condition": condition}
    assert is_allowed([statement], "s3:GetObject", "arn:aws:s3:::b/jobs/j", context) is allowed
    assert not is_allowed([statement], "s3:PutObject", "arn:aws:s3:::b/jobs/j", context)
    assert not is_allowed([statement], "s3:GetObject", "arn:aws:s3:::b/models/j", context)
