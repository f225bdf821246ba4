"""What an administrator is told to set on GitHub."""

from __future__ import annotations

from tools.github import to_set

OUTPUTS = {"DeploymentRoleArn": "arn:d", "ReviewRoleArn": "arn:r", "ReadingRoleArn": "arn:l"}


def test_each_environment_on_github_gets_its_role_and_that_of_the_review_the_one_that_reads() -> None:
    assert to_set("dev", "eu-west-1", OUTPUTS) == [
        "gh variable set AWS_REGION --env dev --body eu-west-1",
        "gh variable set AWS_ROLE --env dev --body arn:d",
        "gh variable set AWS_REGION --env dev-review --body eu-west-1",
        "gh variable set AWS_ROLE --env dev-review --body arn:r",
        "gh variable set AWS_READING_ROLE --env dev-review --body arn:l",
    ]
