"""Cognito beside the pools: clients, domains, groups, identity providers, and identity pools with their roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, harmless, interruption
from tools.review.members import members
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch
from tools.review.values import is_function, properties

COGNITO = "AWS::Cognito::"
CLIENT = f"{COGNITO}UserPoolClient"
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
TOKENS = {"AccessToken": ("hours", 3600), "IdToken": ("hours", 3600), "RefreshToken": ("days", 30 * 86400)}
"""Kind of token: the unit of its validity when none is named, and the seconds when no validity is."""
LONGER = access("who holds a token, or has stolen one, may use it for longer")
SHORTER = harmless("tokens are good for less long, so that they are renewed more often")
SECRETLESS = ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")


def validity(token: str) -> Rule:
    """For a validity or its unit: how long the token is good for, in seconds, on both sides."""

    def rule(change: Change) -> Verdict:
        before, after = (_seconds(properties(resource), token) for resource in (change.base, change.head))
        if before is None or after is None:
            return LONGER
        return SAME if before == after else LONGER if after > before else SHORTER

    return rule


def _seconds(found: Mapping[str, Any], token: str) -> float | None:
    unit, default = TOKENS[token]
    value = found.get(f"{token}Validity")
    units = found.get("TokenValidityUnits") or {}
    if is_function(units) or not isinstance(units, dict):
        return None
    try:
        factor = SECONDS[str(units.get(token, unit))]
        return default if value in (None, 0, "0") else float(str(value)) * factor
    except (KeyError, ValueError, AttributeError):
        return None


def _flows(change: Change) -> Verdict | None:
    before, after = (value if isinstance(value, list) else [] for value in (change.before, change.after))
    if any(flow in SECRETLESS for flow in after if flow not in before):
        return access("clients may send passwords themselves, which whoever stands between can read or try")
    return listed(
        added=access("users may sign in, or stay signed in, in one more way"),
        removed=interruption("applications that sign in this way are refused"),
        default=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"],
    )(change)


def attributes_of_users(*, verb: str) -> Rule:
    """For the attributes that a client may read or write; without a list it may all."""

    def rule(change: Change) -> Verdict | None:
        if change.after is None:
            return access(f"the application may {verb} every attribute of users")
        if change.before is None:
            return harmless(f"the application may {verb} fewer attributes of users")
        return listed(
            added=access(f"the application may {verb} one more attribute of users"),
            removed=interruption(f"the application may no longer {verb} an attribute of users"),
        )(change)

    return rule


def _oauth(what: str) -> Rule:
    return listed(added=access(f"{what} is allowed as well"), removed=interruption(f"{what} is no longer allowed"))


def _roles(change: Change) -> Verdict:
    before, after = change.before or {}, change.after or {}
    if isinstance(before, dict) and isinstance(after, dict):
        if after.keys() - before.keys() or any(before[name] != after[name] for name in before.keys() & after.keys()):
            return access("users, or guests, of the pool take another role")
        return interruption("users, or guests, of the pool no longer take a role")
    return access("users, or guests, of the pool take another role")


def _identity_pool_added(change: Change) -> Verdict:
    if str(properties(change.head).get("AllowUnauthenticatedIdentities", "")).lower() == "true":
        return access("guests get credentials without signing in")
    return harmless("a new pool, which gives no credentials until roles are attached to it")


PROVIDERS = members(
    "ProviderName",
    "ClientId",
    added=access("users of one more client get credentials"),
    removed=interruption("users of a client get no credentials any more"),
    changed=switch(
        on=harmless("tokens that were revoked are refused"), off=access("tokens that were revoked are accepted")
    ),
)
RISK = always(access("what is done about attacks on accounts, or stolen passwords, changes"))
PROPERTIES: PropertyRules = {
    CLIENT: {
        **{f"{token}Validity": validity(token) for token in TOKENS},
        **{f"TokenValidityUnits.{token}": validity(token) for token in TOKENS},
        "ExplicitAuthFlows": _flows,
        "GenerateSecret": switch(
            on=interruption("a new client with a secret takes the place of the old one; applications do not know it"),
            off=access("everybody who knows its id may act as the application"),
        ),
        "AllowedOAuthFlows": _oauth("a flow of OAuth"),
        "AllowedOAuthScopes": _oauth("a scope of OAuth"),
        "AllowedOAuthFlowsUserPoolClient": switch(
            on=access("the flows of OAuth are allowed"), off=interruption("the flows of OAuth are no longer allowed")
        ),
        "CallbackURLs": listed(
            added=access("tokens are sent to one more address"),
            removed=interruption("applications at an address get no tokens any more"),
        ),
        "LogoutURLs": listed(
            added=access("users may be sent to one more address"),
            removed=interruption("users of an application cannot sign out"),
        ),
        "DefaultRedirectURI": always(interruption("users are sent to another address")),
        "SupportedIdentityProviders": listed(
            added=access("users of one more provider may sign in"),
            removed=interruption("users of a provider cannot sign in any more"),
        ),
        "ReadAttributes": attributes_of_users(verb="read"),
        "WriteAttributes": attributes_of_users(verb="write"),
        "EnableTokenRevocation": switch(
            on=harmless("tokens can be revoked"), off=access("tokens cannot be revoked any more"), default=True
        ),
        "PreventUserExistenceErrors": ordered(
            ["LEGACY", "ENABLED"],
            up=harmless("errors no longer tell who has an account"),
            down=access("errors tell who has an account"),
            default="LEGACY",
        ),
        "RefreshTokenRotation": present(
            added=harmless("each refresh token can be used once"),
            removed=access("a refresh token can be used again and again"),
        ),
        "RefreshTokenRotation.Feature": switch(
            on=harmless("each refresh token can be used once"),
            off=access("a refresh token can be used again and again"),
        ),
        "RefreshTokenRotation.RetryGracePeriodSeconds": number(up=LONGER, down=SHORTER, default=0),
        "AuthSessionValidity": number(up=LONGER, down=SHORTER, default=3),
        "EnablePropagateAdditionalUserContextData": switch(
            on=harmless("Cognito is told where users come from"),
            off=access("Cognito is not told where users come from"),
        ),
        "AnalyticsConfiguration": present(
            added=access("data of users goes to Pinpoint"),
            removed=harmless("no data of users goes to Pinpoint"),
            changed=access("data of users goes elsewhere"),
        ),
        "ClientName": always(harmless("only the name changes")),
    },
    f"{COGNITO}UserPoolDomain": {
        "CustomDomainConfig": always(
            interruption("users are shown another certificate, or the sign-in has another address")
        ),
        "ManagedLoginVersion": always(harmless("the pages of the sign-in only look different")),
        "Routing": always(interruption("users are led to the sign-in in another way")),
    },
    f"{COGNITO}UserPoolGroup": {
        "RoleArn": present(
            added=access("members of the group can take a role"),
            removed=interruption("members of the group can no longer take a role"),
            changed=access("members of the group can take another role"),
        ),
        "Precedence": always(access("members of several groups take another role")),
        "Description": always(harmless("only the description changes")),
    },
    f"{COGNITO}UserPoolResourceServer": {
        "Scopes": members(
            "ScopeName",
            added=access("tokens can carry one more scope"),
            removed=interruption("tokens no longer carry a scope"),
            changed=harmless("only words that describe a scope change"),
        ),
        "Name": always(harmless("only the name changes")),
    },
    f"{COGNITO}UserPoolIdentityProvider": {
        "ProviderDetails": always(
            access("users who sign in elsewhere are judged by another provider, or settings of it")
        ),
        "AttributeMapping": always(access("users who sign in elsewhere get other attributes")),
        "IdpIdentifiers": always(interruption("users find the provider by another name")),
    },
    f"{COGNITO}UserPoolRiskConfigurationAttachment": {
        "CompromisedCredentialsRiskConfiguration": RISK,
        "AccountTakeoverRiskConfiguration": RISK,
        "RiskExceptionConfiguration": RISK,
    },
    f"{COGNITO}IdentityPool": {
        "AllowUnauthenticatedIdentities": switch(
            on=access("guests get credentials without signing in"),
            off=interruption("guests get no credentials any more"),
        ),
        "AllowClassicFlow": switch(
            on=access("clients may take any role that trusts the pool, without its limits"),
            off=interruption("clients that use the classic flow are refused"),
        ),
        "CognitoIdentityProviders": PROVIDERS,
        "SupportedLoginProviders": always(access("users of other providers get credentials")),
        "SamlProviderARNs": _oauth("a provider of SAML"),
        "OpenIdConnectProviderARNs": _oauth("a provider of OpenID Connect"),
        "DeveloperProviderName": always(interruption("users of the application's own provider are not known any more")),
        "IdentityPoolName": always(harmless("only the name changes")),
        "CognitoStreams": always(interruption("changes of users' data are sent elsewhere, or not at all")),
        "CognitoEvents": always(interruption("changes of users' data are checked by another function, or by none")),
        "PushSync": always(interruption("devices are told of changes in another way, or not at all")),
    },
    f"{COGNITO}IdentityPoolRoleAttachment": {
        "Roles": _roles,
        "RoleMappings": always(access("users of the pool take other roles")),
    },
    f"{COGNITO}IdentityPoolPrincipalTag": {
        name: always(access("users of the pool carry other tags, by which policies decide"))
        for name in ("PrincipalTags", "UseDefaults")
    },
    f"{COGNITO}LogDeliveryConfiguration": {
        "LogConfigurations": always(access("what users do is recorded elsewhere, or not"))
    },
    f"{COGNITO}UserPoolUICustomizationAttachment": {
        "CSS": always(harmless("the pages of the sign-in only look different"))
    },
    f"{COGNITO}ManagedLoginBranding": {
        name: always(harmless("the pages of the sign-in only look different"))
        for name in ("Settings", "Assets", "UseCognitoProvidedValues", "ReturnMergedResources")
    },
    f"{COGNITO}UserPoolRegionalConfigurationAttachment": {
        name: always(interruption("the copy of the pool in a region works differently"))
        for name in ("Status", "EmailConfiguration", "LambdaConfig", "SmsConfiguration")
    },
}
LOOKS = "UserPoolUICustomizationAttachment ManagedLoginBranding Terms"
DOORS = "UserPoolClient UserPoolIdentityProvider UserPoolUser UserPoolUserToGroupAttachment IdentityPoolRoleAttachment"
DOORS += " IdentityPoolPrincipalTag"
ADDED: dict[str, Rule] = {
    **each_type(COGNITO, LOOKS, harmless("the pages of the sign-in only look different")),
    **each_type(COGNITO, DOORS, access("one more application or user is let in, or takes a role")),
    **each_type(
        COGNITO, "UserPoolGroup UserPoolResourceServer", harmless("nobody has it until it is given to users or clients")
    ),
    **each_type(COGNITO, "UserPoolDomain", access("users can sign in at a public address")),
    **each_type(COGNITO, "UserPoolRiskConfigurationAttachment", harmless("attacks on accounts are answered")),
    **each_type(COGNITO, "LogDeliveryConfiguration", harmless("what users do is recorded")),
    **each_type(COGNITO, "UserPoolReplica", cost("a copy of the pool is paid for")),
    **each_type(COGNITO, "UserPoolRegionalConfigurationAttachment", harmless("settings of a copy of the pool")),
    f"{COGNITO}IdentityPool": _identity_pool_added,
}
_SERVES = "UserPoolClient UserPoolDomain UserPoolGroup UserPoolResourceServer UserPoolIdentityProvider IdentityPool"
_SERVES += " UserPoolUserToGroupAttachment IdentityPoolRoleAttachment UserPoolRegionalConfigurationAttachment"
_GUARDS = "UserPoolRiskConfigurationAttachment LogDeliveryConfiguration IdentityPoolPrincipalTag"
REMOVED: dict[str, Rule] = {
    **each_type(COGNITO, LOOKS, harmless("the pages of the sign-in only look different")),
    **each_type(
        COGNITO, _SERVES, interruption("users, or an application, can no longer sign in, or lose what it gave them")
    ),
    **each_type(COGNITO, _GUARDS, access("no longer guards or records what users do")),
}
REPLACED: dict[str, Rule] = {
    **each_type(COGNITO, LOOKS, harmless("the pages of the sign-in only look different")),
    **each_type(
        COGNITO, _SERVES, interruption("a new one takes its place; what knows the old one by its id or name is refused")
    ),
    **each_type(COGNITO, _GUARDS, access("guards or records something else")),
}
