"""Who can act in accounts, beside policies: roles, users, groups, keys, providers, boundaries and organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, data_loss, harmless, interruption
from tools.review.members import fields
from tools.review.rules.sagemaker_serving import PROMOTION, hosts_promoted_model
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch
from tools.review.values import properties

IAM = "AWS::IAM::"
WORDS = always(harmless("only the description or the name changes"))
BOUNDARY = present(
    added=harmless("a boundary limits what is allowed"),
    removed=access("no boundary limits any more what is allowed"),
    changed=access("another boundary limits what is allowed"),
)
PATH = always(access("policies that name the path hold for it, or no longer"))


def _role_path(change: Change) -> Verdict | None:
    return harmless(PROMOTION) if hosts_promoted_model(change) else PATH(change)


GROUPS = listed(added=access("gets what one more group may do"), removed=harmless("no longer gets what a group may do"))


def _attached(whom: str) -> Rule:
    return listed(
        added=access(f"{whom} gets the permissions"), removed=interruption(f"{whom} no longer gets the permissions")
    )


ENABLED = switch(on=access("may be used to get credentials"), off=interruption("who gets credentials by it is refused"))


def _federated(change: Change) -> Verdict | None:
    return listed(
        added=access("tokens for one more client are accepted"), removed=interruption("tokens for a client are refused")
    )(change)


def _user_added(change: Change) -> Verdict:
    found = properties(change.head)
    if found.get("LoginProfile"):
        return access("one more user with a password, who may sign in")
    return access("one more user, who may be given keys")


def _role_added(change: Change) -> Verdict:
    found = properties(change.head)
    return harmless("a new role; whom it trusts and what it may do is looked at by itself") if found else SAME


STORE = "AWS::VerifiedPermissions::"
DECIDES = access("who may do what in the application is decided differently")
ORGANIZATION = "AWS::Organizations::"
ANYWHERE = "AWS::RolesAnywhere::"
PROPERTIES: PropertyRules = {
    f"{IAM}Role": {
        "MaxSessionDuration": number(
            up=access("credentials of the role are good for longer"),
            down=harmless("credentials of the role are good for less long"),
            default=3600,
        ),
        "PermissionsBoundary": BOUNDARY,
        "Path": _role_path,
        "Description": WORDS,
    },
    f"{IAM}User": {
        "PermissionsBoundary": BOUNDARY,
        "Groups": GROUPS,
        "LoginProfile": present(
            added=access("the user may sign in with a password"),
            removed=harmless("the user can no longer sign in with a password"),
            changed=fields(
                {
                    "PasswordResetRequired": switch(
                        on=harmless("the user has to choose a new password"),
                        off=access("the user need not choose a new password"),
                    )
                },
                other=access("the user's password is another one, which stands in the template"),
            ),
        ),
        "Path": PATH,
    },
    f"{IAM}Group": {"Path": PATH},
    f"{IAM}AccessKey": {
        "Status": switch(
            on=access("the key lets its holder in"), off=interruption("who uses the key is refused"), default=True
        )
    },
    f"{IAM}InstanceProfile": {"Roles": always(access("machines with this profile act as another role"))},
    f"{IAM}OIDCProvider": {
        "ClientIdList": _federated,
        "ThumbprintList": always(access("the provider may show another certificate")),
    },
    f"{IAM}SAMLProvider": {
        "SamlMetadataDocument": always(access("users are vouched for by another provider or key")),
        "AssertionEncryptionMode": ordered(
            ["Allowed", "Required"],
            up=harmless("what the provider says has to be encrypted"),
            down=access("what the provider says need not be encrypted"),
        ),
        "PrivateKeyList": always(interruption("what the provider encrypts cannot be read")),
    },
    f"{IAM}ServerCertificate": {"Path": PATH},
    f"{IAM}ServiceLinkedRole": {"Description": WORDS},
    f"{IAM}UserToGroupAddition": {
        "Users": listed(
            added=access("one more user gets what the group may do"),
            removed=harmless("a user no longer gets what the group may do"),
        ),
        "GroupName": always(access("users get what another group may do")),
    },
    f"{IAM}VirtualMFADevice": {"Users": always(access("users have another second factor, or none"))},
    f"{STORE}PolicyStore": {
        "DeletionProtection": fields(
            {"Mode": switch(on=harmless("cannot be deleted by mistake"), off=data_loss("can be deleted by mistake"))},
            other=DECIDES,
        ),
        "ValidationSettings": fields(
            {
                "Mode": ordered(
                    ["OFF", "STRICT"],
                    up=harmless("policies have to fit the schema"),
                    down=access("policies need not fit the schema"),
                )
            },
            other=DECIDES,
        ),
        "Schema": always(DECIDES),
        "Description": WORDS,
    },
    f"{STORE}Policy": {"Definition": always(DECIDES), "Name": WORDS},
    f"{STORE}PolicyTemplate": {"Statement": always(DECIDES), "Description": WORDS, "Name": WORDS},
    f"{STORE}IdentitySource": {
        "Configuration": always(access("users of another provider are known")),
        "PrincipalEntityType": always(DECIDES),
    },
    f"{ORGANIZATION}Policy": {
        "Content": always(access("what accounts may do at most is decided differently")),
        "TargetIds": listed(
            added=harmless("what one more account may do is limited"),
            removed=access("what an account may do is no longer limited"),
        ),
        "Description": WORDS,
        "Name": WORDS,
    },
    f"{ORGANIZATION}Account": {
        "ParentIds": always(access("other policies limit what the account may do")),
        "AccountName": WORDS,
        "RoleName": always(access("others may administer the account")),
        "Email": always(access("somebody else owns the account's root user")),
    },
    f"{ORGANIZATION}OrganizationalUnit": {"Name": WORDS},
    f"{ORGANIZATION}Organization": {
        "FeatureSet": ordered(
            ["CONSOLIDATED_BILLING", "ALL"],
            up=harmless("policies can limit what accounts may do"),
            down=access("policies no longer limit what accounts may do"),
        )
    },
    "AWS::RAM::ResourceShare": {
        "Principals": _attached("one more account or user"),
        "ResourceArns": listed(
            added=access("one more resource is shared"), removed=interruption("a resource is no longer shared")
        ),
        "PermissionArns": always(access("others may do something else with what is shared")),
        "AllowExternalPrincipals": switch(
            on=access("accounts outside of the organization may be given it"),
            off=interruption("accounts outside of the organization lose it"),
            default=True,
        ),
        "Sources": always(access("others may use what is shared")),
        "Name": WORDS,
    },
    f"{ANYWHERE}TrustAnchor": {
        "Enabled": ENABLED,
        "Source": always(access("holders of certificates of another authority get credentials")),
        "NotificationSettings": always(access("nobody, or somebody else, is told of certificates that run out")),
        "Name": WORDS,
    },
    f"{ANYWHERE}Profile": {
        "Enabled": ENABLED,
        "RoleArns": _attached("who holds a certificate"),
        "DurationSeconds": number(
            up=access("credentials are good for longer"),
            down=harmless("credentials are good for less long"),
            default=3600,
        ),
        "AcceptRoleSessionName": always(access("who holds a certificate may name the session")),
        "AttributeMappings": always(access("sessions carry other tags, by which policies decide")),
        "Name": WORDS,
    },
    f"{ANYWHERE}CRL": {
        "Enabled": switch(
            on=harmless("revoked certificates are refused"), off=access("revoked certificates are accepted")
        ),
        "CrlData": always(access("other certificates are revoked")),
    },
    "AWS::SSO::PermissionSet": {
        "SessionDuration": always(access("users stay signed in for longer, or less long")),
        "PermissionsBoundary": BOUNDARY,
        "Description": WORDS,
        "RelayStateType": always(harmless("only where users land after they sign in")),
    },
    "AWS::IdentityStore::Group": {"DisplayName": WORDS, "Description": WORDS},
    "AWS::VpcLattice::Service": {
        "AuthType": ordered(
            ["NONE", "AWS_IAM"],
            up=harmless("callers have to sign their requests"),
            down=access("callers need not sign their requests"),
            default="NONE",
        ),
        "CertificateArn": always(interruption("callers are shown another certificate")),
        "IdleTimeoutSeconds": always(interruption("quiet connections are cut off at another time")),
    },
    "AWS::VpcLattice::ServiceNetwork": {
        "AuthType": ordered(
            ["NONE", "AWS_IAM"],
            up=harmless("callers have to sign their requests"),
            down=access("callers need not sign their requests"),
            default="NONE",
        )
    },
    "AWS::VpcLattice::Listener": {"DefaultAction": always(interruption("requests go elsewhere"))},
    "AWS::VpcLattice::Rule": {
        name: always(interruption("requests go elsewhere")) for name in ("Action", "Match", "Priority")
    },
    "AWS::VpcLattice::TargetGroup": {
        "Targets": listed(
            added=harmless("one more target takes requests"), removed=interruption("a target takes no more requests")
        ),
        "Config": always(interruption("targets are judged differently and may be taken out")),
    },
    "AWS::VpcLattice::ServiceNetworkVpcAssociation": {
        "SecurityGroupIds": always(access("other groups say who may call"))
    },
    "AWS::VpcLattice::AccessLogSubscription": {"DestinationArn": always(access("requests are recorded elsewhere"))},
}
KINDS: Mapping[str, Any] = {
    "opens": f"""
{IAM}AccessKey {IAM}OIDCProvider {IAM}SAMLProvider {IAM}UserToGroupAddition {STORE}Policy {STORE}IdentitySource
AWS::RAM::ResourceShare AWS::RAM::Permission {ANYWHERE}TrustAnchor {ANYWHERE}Profile AWS::SSO::Assignment
AWS::SSO::Application AWS::SSO::ApplicationAssignment AWS::SSO::InstanceAccessControlAttributeConfiguration
AWS::IdentityStore::GroupMembership AWS::IdentityStore::User {ORGANIZATION}Account
AWS::VpcLattice::ServiceNetworkServiceAssociation AWS::VpcLattice::ServiceNetworkVpcAssociation
AWS::VpcLattice::Listener AWS::VpcLattice::Rule AWS::VpcLattice::ServiceNetworkResourceAssociation
""",
    "serves": f"""
{IAM}Role {IAM}User {IAM}InstanceProfile {IAM}ServerCertificate {IAM}ServiceLinkedRole {IAM}Group
AWS::SSO::PermissionSet AWS::IdentityStore::Group {STORE}PolicyTemplate AWS::VpcLattice::Service
AWS::VpcLattice::ServiceNetwork AWS::VpcLattice::TargetGroup AWS::VpcLattice::ResourceGateway
AWS::VpcLattice::ResourceConfiguration {ORGANIZATION}OrganizationalUnit
""",
    "guards": f"""
{ANYWHERE}CRL {ORGANIZATION}Policy {IAM}VirtualMFADevice {ORGANIZATION}Organization
AWS::VpcLattice::AccessLogSubscription
""",
    "keeps": f"{STORE}PolicyStore",
}
ADDED: dict[str, Rule] = {
    **each_type("", KINDS["opens"], access("somebody may do more by it")),
    **each_type("", KINDS["serves"], harmless("nobody uses it yet; what it may do is looked at by itself")),
    **each_type("", KINDS["guards"], harmless("limits or records more than before")),
    **each_type("", KINDS["keeps"], harmless("decides on nothing until an application asks it")),
    f"{IAM}User": _user_added,
    f"{IAM}Role": _role_added,
}
REMOVED: dict[str, Rule] = {
    **each_type("", KINDS["opens"], interruption("who uses it is refused")),
    **each_type("", KINDS["serves"], interruption("who or what acts by it is refused")),
    **each_type("", KINDS["guards"], access("no longer limits or records what it did")),
    **each_type("", KINDS["keeps"], data_loss("the policies in the store go")),
    f"{STORE}Policy": always(DECIDES),
}
REPLACED: dict[str, Rule] = {
    **each_type("", KINDS["opens"], access("a new one takes its place, and others may do more by it")),
    **each_type("", KINDS["serves"], interruption("a new one takes its place; what names the old one is refused")),
    **each_type("", KINDS["guards"], access("a new one takes its place, and limits or records something else")),
    **each_type("", KINDS["keeps"], data_loss("the policies in the store go: a new store is empty")),
    f"{IAM}AccessKey": always(interruption("the key is exchanged; who uses the old one is refused")),
}
