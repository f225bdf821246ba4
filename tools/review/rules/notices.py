"""Budgets, incident response and file transfer: who is told of money and trouble, and who may bring or fetch files."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.rules import tls
from tools.review.shapes import always, each_type, listed, present, switch
from tools.review.values import properties

TOLD = always(access("others are told, or at another time, or nobody is"))
TRANSFER = "AWS::Transfer::"
WORDS = always(harmless("only the description or the name changes"))
ELSEWHERE = interruption("files of users are elsewhere, or not there")


def _server_added(change: Change) -> Verdict:
    if str(properties(change.head).get("EndpointType", "PUBLIC")) == "PUBLIC":
        return access("a server that the internet can reach, which costs money each hour")
    return cost("a server costs money each hour")


def _endpoint(change: Change) -> Verdict:
    if change.after in (None, "PUBLIC"):
        return access("the internet can reach the server")
    return interruption("users reach the server at another address, or not at all")


def _protocols(change: Change) -> Verdict | None:
    before, after = (value if isinstance(value, list) else [] for value in (change.before, change.after))
    if "FTP" in after and "FTP" not in before:
        return access("files and passwords go unencrypted by FTP")
    return listed(
        added=access("users may come by one more protocol"),
        removed=interruption("users of a protocol are refused"),
        default=["SFTP"],
    )(change)


PROPERTIES: PropertyRules = {
    "AWS::Budgets::Budget": {"Budget": TOLD, "NotificationsWithSubscribers": TOLD},
    "AWS::Budgets::BudgetsAction": {
        name: always(access("what is done when a budget is used up changes"))
        for name in (
            "ActionThreshold",
            "Definition",
            "ApprovalModel",
            "NotificationType",
            "Subscribers",
            "ExecutionRoleArn",
        )
    },
    "AWS::CE::AnomalySubscription": {
        "SubscriptionName": WORDS,
        **dict.fromkeys(("MonitorArnList", "Frequency", "Subscribers", "Threshold", "ThresholdExpression"), TOLD),
    },
    "AWS::CE::AnomalyMonitor": {"MonitorName": WORDS},
    "AWS::CE::CostCategory": dict.fromkeys(
        ("Rules", "RuleVersion", "DefaultValue", "SplitChargeRules"), always(harmless("only how costs are shown"))
    ),
    "AWS::SSMIncidents::ReplicationSet": {
        "DeletionProtected": switch(
            on=harmless("cannot be deleted by mistake"),
            off=data_loss("what is kept of incidents can be deleted by mistake"),
        ),
        "Regions": always(data_loss("what is kept of incidents goes from a region")),
    },
    "AWS::SSMIncidents::ResponsePlan": {
        "DisplayName": WORDS,
        **dict.fromkeys(("Engagements", "ChatChannel", "Actions", "IncidentTemplate", "Integrations"), TOLD),
    },
    "AWS::SSMContacts::Contact": {"DisplayName": WORDS, "Plan": TOLD},
    "AWS::SSMContacts::ContactChannel": {"ChannelName": WORDS, "ChannelAddress": TOLD, "DeferActivation": TOLD},
    "AWS::SSMContacts::Plan": {"Stages": TOLD, "RotationIds": TOLD},
    "AWS::SSMContacts::Rotation": {
        "Name": WORDS,
        **dict.fromkeys(("Recurrence", "ContactIds", "StartTime", "TimeZoneId"), TOLD),
    },
    f"{TRANSFER}Server": {
        "SecurityPolicyName": tls.policy(),
        "Protocols": _protocols,
        "EndpointType": _endpoint,
        "EndpointDetails": always(interruption("users reach the server at another address, or not at all")),
        "LoggingRole": present(
            added=harmless("what users do is recorded"),
            removed=access("what users do is no longer recorded"),
            changed=access("what users do is recorded with another role"),
        ),
        "StructuredLogDestinations": listed(
            added=harmless("what users do is recorded"), removed=access("what users do is no longer recorded")
        ),
        "IdentityProviderDetails": always(access("who may sign in is decided by something else")),
        "Certificate": always(interruption("users are shown another certificate")),
        "ProtocolDetails": always(interruption("users connect in another way")),
        "WorkflowDetails": always(interruption("what is done with files that arrive changes, or nothing is")),
        "PreAuthenticationLoginBanner": always(harmless("only the text that users see")),
        "PostAuthenticationLoginBanner": always(harmless("only the text that users see")),
        "S3StorageOptions": always(harmless("only how fast folders are listed")),
        "IpAddressType": always(interruption("users come in by another version of IP")),
    },
    f"{TRANSFER}User": {
        "HomeDirectory": always(access("the user sees other files")),
        "HomeDirectoryMappings": always(access("the user sees other files")),
        "HomeDirectoryType": always(access("the user sees the bucket as it is, or no longer")),
        "PosixProfile": always(access("the user acts as another one in the file system")),
        "Role": always(access("the user acts with another role")),
        "SshPublicKeys": listed(
            added=access("one more key lets the user in"), removed=interruption("a key no longer lets the user in")
        ),
    },
    f"{TRANSFER}Connector": {
        "Url": always(interruption("files are fetched or brought elsewhere")),
        "SecurityPolicyName": tls.policy(),
        "As2Config": always(access("whether files are encrypted and signed changes")),
        "SftpConfig": always(access("which servers are trusted changes")),
        "AccessRole": always(interruption("files are read and written with another role")),
        "LoggingRole": always(access("what is sent is recorded with another role, or not")),
    },
    f"{TRANSFER}Agreement": {
        "Status": switch(
            on=access("files of the partner are accepted"), off=interruption("files of the partner are refused")
        ),
        "EnforceMessageSigning": switch(
            on=harmless("files have to be signed"), off=access("files need not be signed any more"), default=False
        ),
        "BaseDirectory": always(ELSEWHERE),
        "CustomDirectories": always(ELSEWHERE),
        "AccessRole": always(interruption("files are read and written with another role")),
        "Description": WORDS,
    },
    f"{TRANSFER}Profile": {"As2Id": always(interruption("partners know this side by another name"))}
    | {"CertificateIds": always(access("other certificates are trusted"))},
}
TELLS = "AWS::Budgets::Budget AWS::Budgets::BudgetsAction AWS::CE::AnomalySubscription AWS::CE::AnomalyMonitor"
TELLS += " AWS::SSMIncidents::ResponsePlan AWS::SSMContacts::Contact AWS::SSMContacts::ContactChannel"
TELLS += " AWS::SSMContacts::Plan AWS::SSMContacts::Rotation"
CARRIES = "Server User Connector Agreement Profile Certificate Workflow HostKey WebApp"
ADDED: dict[str, Rule] = {
    **each_type("", TELLS, harmless("somebody is told who was not before")),
    **each_type("", "AWS::CE::CostCategory", harmless("only how costs are shown")),
    **each_type(TRANSFER, "User Connector Agreement WebApp", access("somebody may bring or fetch files")),
    **each_type(TRANSFER, "Profile Certificate Workflow HostKey", harmless("nothing uses it until a server names it")),
    **each_type("", "AWS::SSMIncidents::ReplicationSet", harmless("incidents can be kept")),
    f"{TRANSFER}Server": _server_added,
}
REMOVED: dict[str, Rule] = {
    **each_type("", TELLS, access("nobody is told any more")),
    **each_type("", "AWS::CE::CostCategory", harmless("only how costs are shown")),
    **each_type(TRANSFER, CARRIES, interruption("files can no longer be brought or fetched this way")),
    **each_type("", "AWS::SSMIncidents::ReplicationSet", data_loss("what is kept of incidents goes")),
}
REPLACED: dict[str, Rule] = {
    **each_type("", TELLS, access("a new one takes its place, and tells others or at another time")),
    **each_type("", "AWS::CE::CostCategory", harmless("only how costs are shown")),
    **each_type(TRANSFER, CARRIES, interruption("a new one takes its place, at another address or by another name")),
    **each_type("", "AWS::SSMIncidents::ReplicationSet", data_loss("what is kept of incidents goes")),
}
