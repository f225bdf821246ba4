"""Cognito and identities: who may sign up and in, with which proof, and for how long."""

from typing import Any

from tests.support.review_rules import each_row, judge, judge_whole, property_said, resource

COGNITO = "AWS::Cognito::"
POOL = f"{COGNITO}UserPool"
CLIENT = f"{COGNITO}UserPoolClient"
IAM = "AWS::IAM::"


def recovery(*names: str) -> dict[str, Any]:
    return {"RecoveryMechanisms": [{"Name": name, "Priority": place + 1} for place, name in enumerate(names)]}


@each_row(
    [
        (POOL, "DeletionProtection", "ACTIVE", "INACTIVE", "data-loss"),
        (POOL, "DeletionProtection", "ACTIVE", None, "data-loss"),
        (POOL, "DeletionProtection", None, "ACTIVE", "harmless"),
        (POOL, "Policies.PasswordPolicy", {"MinimumLength": 12}, {"MinimumLength": 8}, "access"),
        (POOL, "Policies.PasswordPolicy", {"MinimumLength": 8}, {"MinimumLength": 12}, "harmless"),
        (POOL, "Policies.PasswordPolicy", {"RequireSymbols": True}, {"RequireSymbols": False}, "access"),
        (POOL, "Policies.PasswordPolicy", {"RequireSymbols": False}, {"RequireSymbols": True}, "harmless"),
        (POOL, "Policies", {"PasswordPolicy": {"MinimumLength": 12}}, None, "access"),
        (POOL, "MfaConfiguration", "ON", "OPTIONAL", "access"),
        (POOL, "MfaConfiguration", "ON", None, "access"),
        (POOL, "MfaConfiguration", "OFF", "ON", "harmless"),
        (POOL, "AdminCreateUserConfig.AllowAdminCreateUserOnly", True, False, "access"),
        (POOL, "AdminCreateUserConfig.AllowAdminCreateUserOnly", True, None, "access"),
        (POOL, "AdminCreateUserConfig.AllowAdminCreateUserOnly", False, True, "harmless"),
        (POOL, "AccountRecoverySetting", recovery("admin_only"), recovery("verified_email"), "access"),
        (POOL, "AccountRecoverySetting", recovery("verified_email"), recovery("admin_only"), "harmless"),
        (POOL, "AccountRecoverySetting", recovery("admin_only"), None, "access"),
        (POOL, "AutoVerifiedAttributes", ["email"], None, "access"),
        (POOL, "AutoVerifiedAttributes", None, ["email"], "harmless"),
        (POOL, "Schema", [{"Name": "a"}], [{"Name": "a"}, {"Name": "b"}], "harmless"),
        (POOL, "Schema", [{"Name": "a"}], [], "data-loss"),
        (POOL, "Schema", [{"Name": "a", "Mutable": True}], [{"Name": "a", "Mutable": False}], "data-loss"),
        (POOL, "UsernameAttributes", ["email"], ["phone_number"], "data-loss"),
        (POOL, "UsernameConfiguration.CaseSensitive", False, True, "data-loss"),
        (POOL, "UserPoolAddOns", {"AdvancedSecurityMode": "ENFORCED"}, None, "access"),
        (POOL, "UserPoolAddOns", None, {"AdvancedSecurityMode": "ENFORCED"}, "cost"),
        (POOL, "LambdaConfig.PreSignUp", "arn", None, "access"),
        (POOL, "LambdaConfig.PostConfirmation", "arn", None, "interruption"),
        (POOL, "LambdaConfig.PostConfirmation", None, "arn", "harmless"),
        (POOL, "EmailVerificationMessage", "a", "b", "harmless"),
        (POOL, "EmailConfiguration", {"ReplyToEmailAddress": "a"}, {"ReplyToEmailAddress": "b"}, "harmless"),
        (POOL, "EmailConfiguration", {"SourceArn": "a"}, None, "interruption"),
        (CLIENT, "AccessTokenValidity", 60, 1440, "access"),
        (CLIENT, "AccessTokenValidity", 24, 1, "harmless"),
        (CLIENT, "RefreshTokenValidity", 30, 3650, "access"),
        (CLIENT, "RefreshTokenValidity", None, 30, "harmless"),
        (
            CLIENT,
            "ExplicitAuthFlows",
            ["ALLOW_USER_SRP_AUTH"],
            ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
            "access",
        ),
        (CLIENT, "ExplicitAuthFlows", ["ALLOW_USER_SRP_AUTH", "ALLOW_X"], ["ALLOW_X"], "interruption"),
        (CLIENT, "ExplicitAuthFlows", ["A", "B"], ["B", "A"], "harmless"),
        (CLIENT, "EnableTokenRevocation", True, False, "access"),
        (CLIENT, "EnableTokenRevocation", False, None, "harmless"),
        (CLIENT, "PreventUserExistenceErrors", "ENABLED", "LEGACY", "access"),
        (CLIENT, "PreventUserExistenceErrors", "ENABLED", None, "access"),
        (CLIENT, "PreventUserExistenceErrors", None, "ENABLED", "harmless"),
        (CLIENT, "CallbackURLs", ["https://a"], ["https://a", "https://b"], "access"),
        (CLIENT, "CallbackURLs", ["https://a", "https://b"], ["https://a"], "interruption"),
        (CLIENT, "AllowedOAuthFlows", ["code"], ["code", "implicit"], "access"),
        (CLIENT, "WriteAttributes", ["email"], None, "access"),
        (CLIENT, "WriteAttributes", None, ["email"], "harmless"),
        (CLIENT, "SupportedIdentityProviders", ["COGNITO"], [], "interruption"),
        (f"{COGNITO}IdentityPool", "AllowUnauthenticatedIdentities", False, True, "access"),
        (f"{COGNITO}IdentityPool", "AllowUnauthenticatedIdentities", True, False, "interruption"),
        (f"{COGNITO}IdentityPoolRoleAttachment", "Roles", {"a": 1}, {"a": 2}, "access"),
        (f"{COGNITO}IdentityPoolRoleAttachment", "Roles", {"a": 1, "b": 1}, {"a": 1}, "interruption"),
        (f"{IAM}Role", "MaxSessionDuration", 3600, 43200, "access"),
        (f"{IAM}Role", "MaxSessionDuration", 43200, None, "harmless"),
        (f"{IAM}Role", "PermissionsBoundary", "arn", None, "access"),
        (f"{IAM}Role", "PermissionsBoundary", None, "arn", "harmless"),
        (f"{IAM}User", "Groups", [], ["admins"], "access"),
        (f"{IAM}User", "Groups", ["admins"], [], "harmless"),
        (f"{IAM}User", "LoginProfile", None, {"Password": "x"}, "access"),
        (f"{IAM}AccessKey", "Status", "Active", "Inactive", "interruption"),
        (
            "AWS::VerifiedPermissions::PolicyStore",
            "DeletionProtection",
            {"Mode": "ENABLED"},
            {"Mode": "DISABLED"},
            "data-loss",
        ),
        ("AWS::Organizations::Policy", "TargetIds", ["a", "b"], ["a"], "access"),
        ("AWS::VpcLattice::Service", "AuthType", "AWS_IAM", "NONE", "access"),
        ("AWS::Transfer::Server", "Protocols", ["SFTP"], ["SFTP", "FTP"], "access"),
        ("AWS::Transfer::Server", "LoggingRole", "arn", None, "access"),
        (
            "AWS::Transfer::Server",
            "SecurityPolicyName",
            "TransferSecurityPolicy-2024-01",
            "TransferSecurityPolicy-2018-11",
            "access",
        ),
        ("AWS::Budgets::Budget", "Budget", {"a": 1}, {"a": 2}, "access"),
    ],
)
def test_properties_of_who_may_sign_in(kind: str, path: str, before: Any, after: Any, risk: str) -> None:
    assert judge(kind, path, before, after) == risk


def test_the_unit_of_a_validity_counts() -> None:
    base = resource(CLIENT, AccessTokenValidity=60, TokenValidityUnits={"AccessToken": "minutes"})
    head = resource(CLIENT, AccessTokenValidity=60, TokenValidityUnits={"AccessToken": "hours"})
    longer = property_said(CLIENT, "TokenValidityUnits.AccessToken", "minutes", "hours", base=base, head=head)
    shorter = property_said(CLIENT, "TokenValidityUnits.AccessToken", "hours", "minutes", base=head, head=base)
    assert longer is not None
    assert longer.risk == "access"
    assert shorter is not None
    assert shorter.risk == "harmless"


def test_policies_on_both_sides_are_looked_at_in_parts() -> None:
    assert property_said(POOL, "Policies", {"PasswordPolicy": {}}, {"PasswordPolicy": {"MinimumLength": 6}}) is None


@each_row(
    [
        ("remove", POOL, {}, "data-loss"),
        ("replace", POOL, {}, "data-loss"),
        ("remove", CLIENT, {}, "interruption"),
        ("replace", CLIENT, {}, "interruption"),
        ("add", CLIENT, {}, "access"),
        ("add", POOL, {}, "harmless"),
        ("add", f"{COGNITO}IdentityPool", {"AllowUnauthenticatedIdentities": True}, "access"),
        ("add", f"{COGNITO}IdentityPool", {"AllowUnauthenticatedIdentities": False}, "harmless"),
        ("remove", f"{COGNITO}UserPoolRiskConfigurationAttachment", {}, "access"),
        ("remove", f"{IAM}Role", {}, "interruption"),
        ("add", f"{IAM}User", {}, "access"),
        ("add", f"{IAM}Role", {}, "harmless"),
        ("remove", "AWS::Organizations::Policy", {}, "access"),
        ("remove", "AWS::VerifiedPermissions::PolicyStore", {}, "data-loss"),
        ("add", "AWS::Transfer::Server", {}, "access"),
    ],
)
def test_identities_that_come_and_go(action: str, kind: str, head: Any, risk: str) -> None:
    assert judge_whole(action, kind, head) == risk
