"""The callers of an API: services with IAM credentials, or signed-in users. One API accepts one kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ServiceCallers:
    """Services and command lines: every request is signed (Signature Version 4)."""

    @property
    def origins(self) -> Sequence[str]:
        """No web page."""
        return ()

    def method_options(self, _: Construct) -> apigateway.MethodOptions:
        """Authorization of every method."""
        return apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM)


@dataclass(frozen=True, kw_only=True)
class PeopleCallers:
    """Users of a user pool, in a browser: every request carries their token, and comes from a page of the site."""

    user_pool: cognito.IUserPool
    origins: Sequence[str]

    def method_options(self, scope: Construct) -> apigateway.MethodOptions:
        """Authorization of every method."""
        authorizer = apigateway.CognitoUserPoolsAuthorizer(scope, "Authorizer", cognito_user_pools=[self.user_pool])
        return apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.COGNITO, authorizer=authorizer)


Callers = ServiceCallers | PeopleCallers
