"""Cognito user pools: the accounts in them, who may sign up, what passwords and second factors are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import removed
from tools.review.members import fields, members, objects
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch

COGNITO = "AWS::Cognito::"
POOL = f"{COGNITO}UserPool"
UNCHANGEABLE = data_loss(
    "a pool cannot change this: its users would have to move to a new one, without their passwords"
)
MAIL = always(harmless("only the words of messages change"))
WEAKER = access("weaker passwords are accepted")
STRONGER = harmless("new passwords have to be stronger")


def _attributes(change: Change) -> Verdict:
    if not isinstance(change.before, list | None) or not isinstance(change.after, list | None):
        return UNCHANGEABLE
    rule = members(
        "Name",
        added=_attribute_added,
        removed=data_loss("an attribute of users goes; a pool cannot drop one, so that a new pool would be needed"),
        changed=data_loss("a pool cannot change an attribute, so that a new pool would be needed"),
    )
    return rule(change) or SAME


def _attribute_added(change: Change) -> Verdict:
    if str(change.after.get("Required", "")).lower() == "true":
        return UNCHANGEABLE
    return harmless("users can have one more attribute")


def _recovery(change: Change) -> Verdict:
    before, after = (_ways(value) for value in (change.before, change.after))
    if before is None or after is None:
        return access("users may recover their account in another way")
    if after - before:
        return access("users may recover their account in one more way, and who reads their messages with them")
    if before - after and not after:
        return harmless("users recover their account only through an administrator")
    return harmless("users recover their account in fewer ways, or in another order")


def _ways(value: Any) -> set[str] | None:
    if value is None:
        return {"verified_phone_number", "verified_email"}
    found = value.get("RecoveryMechanisms") if isinstance(value, dict) else None
    return {str(it.get("Name")) for it in found} - {"admin_only"} if isinstance(found, list) else None


SIGN_IN_NAMES = listed(added=UNCHANGEABLE, removed=UNCHANGEABLE)


def trigger(*, added: Verdict, removed: Verdict) -> Rule:
    """For a function that Cognito calls."""
    return present(added=added, removed=removed, changed=removed)


GUARD = access("a function that checks or shapes what users may do is no longer called, or another one is")
WORK = interruption("a function that does part of signing in or up is no longer called, or another one is")
HARMLESS = harmless("a function is called as well, which can refuse")
TOKENS = access("a function can put other claims and groups into tokens")
TRIGGERS: Mapping[str, Rule] = {
    "PreSignUp": trigger(added=access("a function can confirm users who sign up by themselves"), removed=GUARD),
    "PreAuthentication": trigger(added=HARMLESS, removed=GUARD),
    "PreTokenGeneration": trigger(added=TOKENS, removed=GUARD),
    "PreTokenGenerationConfig": trigger(added=TOKENS, removed=GUARD),
    "UserMigration": trigger(added=access("a function can bring users of another directory"), removed=WORK),
    "InboundFederation": trigger(added=TOKENS, removed=GUARD),
    "KMSKeyID": always(interruption("functions that send codes need another key to read them")),
    **{
        name: trigger(added=access("a function decides whether somebody is signed in"), removed=WORK)
        for name in ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
    },
    **{
        name: trigger(added=harmless("a function is called as well"), removed=WORK)
        for name in ("PostAuthentication", "PostConfirmation", "CustomMessage", "CustomSMSSender", "CustomEmailSender")
    },
}
PASSWORDS: Mapping[str, Rule] = {
    "MinimumLength": number(up=STRONGER, down=WEAKER, default=8),
    "RequireLowercase": switch(on=STRONGER, off=WEAKER),
    "RequireUppercase": switch(on=STRONGER, off=WEAKER),
    "RequireNumbers": switch(on=STRONGER, off=WEAKER),
    "RequireSymbols": switch(on=STRONGER, off=WEAKER),
    "PasswordHistorySize": number(
        up=harmless("older passwords cannot be used again"), down=access("older passwords can be used again"), default=0
    ),
    "TemporaryPasswordValidityDays": number(
        up=access("passwords of invitations are good for longer"),
        down=harmless("passwords of invitations are good for less long"),
        default=7,
    ),
}


def passwords(change: Change) -> Verdict:
    """The rules of passwords; without any, Cognito's own hold, which ask for eight characters of every kind."""
    if not isinstance(change.before, dict) or not isinstance(change.after, dict):
        return access("other rules of passwords hold, perhaps weaker ones") if change.before else STRONGER
    return fields(PASSWORDS, other=WEAKER)(change) or SAME


def _policies(change: Change) -> Verdict | None:
    sides = [value if isinstance(value, dict) else {} for value in (change.before, change.after)]
    if any(value is not None and not isinstance(value, dict) for value in (change.before, change.after)):
        return WEAKER
    return None if all(sides) else passwords(_of(change, sides, "PasswordPolicy"))


def _of(change: Change, sides: list[dict[str, Any]], name: str) -> Change:
    return replace(change, before=sides[0].get(name), after=sides[1].get(name))


VERIFIED = listed(
    added=harmless("one more address of users is verified"),
    removed=access("an address of users is no longer verified, and codes go to whatever they enter"),
)
PROPERTIES: PropertyRules = {
    POOL: {
        "DeletionProtection": switch(
            on=harmless("the pool can no longer be deleted by mistake"),
            off=data_loss("the pool with all its users is no longer protected against deletion"),
        ),
        "Policies": _policies,
        "Policies.PasswordPolicy": passwords,
        "Policies.SignInPolicy.AllowedFirstAuthFactors": listed(
            added=access("users may sign in with one more kind of proof"),
            removed=interruption("users who sign in with this kind of proof are refused"),
            default=["PASSWORD"],
        ),
        "Schema": _attributes,
        "UsernameAttributes": SIGN_IN_NAMES,
        "AliasAttributes": SIGN_IN_NAMES,
        "UsernameConfiguration.CaseSensitive": switch(on=UNCHANGEABLE, off=UNCHANGEABLE, default=True),
        "MfaConfiguration": ordered(
            ["OFF", "OPTIONAL", "ON"],
            up=harmless("users may, or have to, show a second factor"),
            down=access("users no longer have to, or cannot, show a second factor"),
            default="OFF",
        ),
        "EnabledMfas": listed(
            added=access("one more kind of second factor is accepted"),
            removed=interruption("users with this kind of second factor cannot sign in"),
        ),
        "AdminCreateUserConfig.AllowAdminCreateUserOnly": switch(
            on=harmless("nobody signs up without an administrator"),
            off=access("everybody can sign up by themselves"),
        ),
        "AdminCreateUserConfig.UnusedAccountValidityDays": PASSWORDS["TemporaryPasswordValidityDays"],
        "AdminCreateUserConfig.InviteMessageTemplate": MAIL,
        "AccountRecoverySetting": _recovery,
        "AutoVerifiedAttributes": VERIFIED,
        "UserAttributeUpdateSettings": present(
            added=harmless("a changed address has to be verified first"),
            removed=access("a changed address counts before it is verified"),
        ),
        "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": VERIFIED,
        "UserPoolAddOns": lambda change: fields(
            {
                "AdvancedSecurityMode": ordered(
                    ["OFF", "AUDIT", "ENFORCED"],
                    up=cost("signing in is watched for attacks, which is paid for by user"),
                    down=access("signing in is no longer guarded against attacks"),
                    default="OFF",
                )
            },
            other=access("custom ways of signing in are guarded differently"),
        )(objects(change)),
        "UserPoolTier": ordered(
            ["LITE", "ESSENTIALS", "PLUS"],
            up=cost("each active user costs more"),
            down=access("guards of the dearer tier no longer hold"),
            default="ESSENTIALS",
        ),
        **{f"LambdaConfig.{name}": rule for name, rule in TRIGGERS.items()},
        "EmailConfiguration": lambda change: fields(
            {
                "ReplyToEmailAddress": always(harmless("only where answers to messages go")),
                "ConfigurationSet": always(harmless("only how sent messages are counted")),
            },
            other=interruption("codes and invitations are sent in another way, or not at all"),
        )(objects(change)),
        "SmsConfiguration": present(
            added=harmless("messages can be sent"),
            removed=interruption("no codes are sent by message any more"),
            changed=interruption("codes are sent in another way, or not at all"),
        ),
        "DeviceConfiguration": present(
            added=access("devices can be remembered, and a second factor left out on them"),
            removed=harmless("no device is remembered"),
        ),
        "DeviceConfiguration.ChallengeRequiredOnNewDevice": switch(
            on=harmless("new devices have to prove themselves"),
            off=access("new devices do not have to prove themselves"),
        ),
        "DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt": switch(
            on=harmless("devices are only remembered when users say so"), off=access("all devices are remembered")
        ),
        "WebAuthnRelyingPartyID": always(interruption("passkeys of users are no longer accepted")),
        "WebAuthnUserVerification": ordered(
            ["preferred", "required"],
            up=harmless("passkeys need a finger or a code"),
            down=access("passkeys are accepted without a finger or a code"),
            default="preferred",
        ),
        "WebAuthnFactorConfiguration": always(access("passkeys count for more, or for less, than before")),
        "IssuerConfiguration": always(interruption("tokens name another issuer; who checks it refuses them")),
        "KeyConfiguration": always(interruption("accounts are encrypted with another key, which has to be allowed")),
        "VerificationMessageTemplate": MAIL,
        **dict.fromkeys(
            (
                "EmailVerificationMessage",
                "EmailVerificationSubject",
                "SmsVerificationMessage",
                "SmsAuthenticationMessage",
                "EmailAuthenticationMessage",
                "EmailAuthenticationSubject",
            ),
            MAIL,
        ),
        "UserPoolName": always(harmless("only the name changes; a pool is known by its id")),
        "UserPoolTags": always(harmless("only tags change")),
    },
}
ADDED: dict[str, Rule] = each_type(
    COGNITO, "UserPool", harmless("a new pool, whose users can do nothing until something trusts it")
)
REMOVED: dict[str, Rule] = {
    f"{COGNITO}UserPool": removed("the pool, with the accounts and their passwords,"),
    **each_type(
        COGNITO,
        "UserPoolUser UserPoolReplica",
        data_loss("the accounts go, with their passwords; nothing restores them"),
    ),
}
REPLACED: dict[str, Rule] = each_type(
    COGNITO,
    "UserPool UserPoolUser UserPoolReplica",
    data_loss("new ones are empty: the accounts do not move with them"),
)
