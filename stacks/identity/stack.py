"""The users: the user pool with their accounts, and the client through which the web page signs them in."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.lasting_reference import make_lasting

PASSWORD_LENGTH = 12
SESSION_HOURS = 1
"""Lifetime of a token, and so of a leaked one."""
REFRESH_DAYS = 1
"""How long a page stays signed in."""


class IdentityStack(cdk.Stack):
    """The user pool of one environment.

    Parameters
    ----------
    settings
        The environment.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stack_name("identity"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the user accounts of the web page",
            termination_protection=settings.retain_data,
        )
        self.user_pool = cognito.UserPool(
            self,
            "People",
            self_sign_up_enabled=settings.people.self_sign_up,
            sign_in_aliases=cognito.SignInAliases(email=True),
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            # Another address counts once its owner has entered the code that was sent there.
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=PASSWORD_LENGTH,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(3),
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=settings.retain_data,
            # Not RetainExceptOnCreate: a protected pool cannot be deleted, and the rollback of a creation would fail.
            removal_policy=cdk.RemovalPolicy.RETAIN if settings.retain_data else cdk.RemovalPolicy.DESTROY,
        )
        make_lasting(self.user_pool, self.user_pool.user_pool_id, self.user_pool.user_pool_arn)
        self.client = self.user_pool.add_client(
            "Page",
            # A page cannot keep a client secret. The password never leaves it: SRP proves that it is known.
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=cdk.Duration.hours(SESSION_HOURS),
            id_token_validity=cdk.Duration.hours(SESSION_HOURS),
            refresh_token_validity=cdk.Duration.days(REFRESH_DAYS),
        )
        cdk.CfnOutput(self, "UserPoolId", value=self.user_pool.user_pool_id)
        cdk.CfnOutput(self, "UserPoolClientId", value=self.client.user_pool_client_id)
