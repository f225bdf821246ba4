"""What records and watches an account: CloudTrail, Config, GuardDuty, Security Hub, Inspector, Macie and analyzers."""

from __future__ import annotations

from collections.abc import Mapping

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.members import fields, members
from tools.review.shapes import always, each_type, listed, number, ordered, present, switch

LESS = access("less is watched or recorded than before, or something else")
MORE = harmless("more is watched or recorded than before")
WORDS = always(harmless("only the description or the name changes"))
WATCHED = switch(on=MORE, off=LESS)
RECEIVER = present(
    added=harmless("one more receiver is told"),
    removed=access("a receiver is no longer told"),
    changed=access("another receiver is told"),
)
TIMELY = ordered(
    ["SIX_HOURS", "ONE_HOUR", "FIFTEEN_MINUTES"],
    up=harmless("findings are told sooner"),
    down=access("findings are told later"),
    default="SIX_HOURS",
)
FREQUENCY = ordered(
    ["TwentyFour_Hours", "Twelve_Hours", "Six_Hours", "Three_Hours", "One_Hour"],
    up=harmless("is looked at more often"),
    down=access("is looked at less often"),
    default="TwentyFour_Hours",
)
KEY = present(
    added=harmless("what is recorded is encrypted with a key of its own"),
    removed=access("what is recorded is no longer encrypted with a key of its own"),
    changed=access("who may use another key may read what is recorded"),
)


def _feature(change: Change) -> Verdict:
    return MORE if str((change.after or {}).get("Status", "")).upper() == "ENABLED" else LESS


DETECTOR_FEATURES = members(
    "Name",
    added=_feature,
    removed=LESS,
    changed=fields(
        {
            "Status": WATCHED,
            "AdditionalConfiguration": members("Name", added=_feature, removed=LESS, changed=_feature, unclear=LESS),
        },
        other=LESS,
    ),
    unclear=LESS,
)
PROPERTIES: PropertyRules = {
    "AWS::CloudTrail::Trail": {
        "IsLogging": switch(on=harmless("calls are recorded"), off=access("no calls are recorded any more")),
        "EnableLogFileValidation": switch(
            on=harmless("changed logs are noticed"), off=access("nobody notices when logs are changed")
        ),
        "IsMultiRegionTrail": switch(on=MORE, off=LESS),
        "IncludeGlobalServiceEvents": switch(on=MORE, off=LESS, default=True),
        "IsOrganizationTrail": switch(on=MORE, off=LESS),
        "EventSelectors": present(added=LESS, removed=LESS, changed=LESS),
        "AdvancedEventSelectors": present(added=LESS, removed=LESS, changed=LESS),
        "InsightSelectors": listed(added=MORE, removed=LESS),
        "AggregationConfigurations": listed(added=MORE, removed=LESS),
        "S3BucketName": always(access("calls are recorded elsewhere")),
        "S3KeyPrefix": always(harmless("only the prefix of the logs changes")),
        "KMSKeyId": KEY,
        "CloudWatchLogsLogGroupArn": RECEIVER,
        "CloudWatchLogsRoleArn": RECEIVER,
        "SnsTopicName": RECEIVER,
    },
    "AWS::CloudTrail::EventDataStore": {
        "TerminationProtectionEnabled": switch(
            on=harmless("cannot be deleted by mistake"),
            off=data_loss("the recorded calls are no longer protected against deletion"),
            default=True,
        ),
        "RetentionPeriod": number(
            up=cost("calls are kept longer"), down=data_loss("calls are deleted earlier"), default=2555
        ),
        "IngestionEnabled": switch(on=MORE, off=access("no calls are recorded any more"), default=True),
        "MultiRegionEnabled": switch(on=MORE, off=LESS, default=True),
        "OrganizationEnabled": switch(on=MORE, off=LESS),
        "AdvancedEventSelectors": always(LESS),
        "InsightSelectors": listed(added=MORE, removed=LESS),
        "KmsKeyId": KEY,
        "BillingMode": always(cost("recorded calls are paid for in another way, and perhaps kept for less long")),
        "FederationEnabled": switch(
            on=access("recorded calls can be read from Athena"),
            off=interruption("recorded calls cannot be read from Athena any more"),
        ),
        "Name": WORDS,
    },
    "AWS::Config::ConfigurationRecorder": {
        "RecordingGroup": fields(
            {
                "AllSupported": switch(on=MORE, off=LESS),
                "IncludeGlobalResourceTypes": switch(on=MORE, off=LESS),
                "ResourceTypes": listed(added=MORE, removed=LESS),
            },
            other=LESS,
        ),
        "RecordingMode": always(access("changes are recorded more or less often")),
        "RoleARN": always(access("is recorded with another role, which has to be allowed to")),
    },
    "AWS::Config::DeliveryChannel": {
        "S3BucketName": always(access("is recorded elsewhere")),
        "S3KeyPrefix": always(harmless("only the prefix of the records changes")),
        "S3KmsKeyArn": KEY,
        "SnsTopicARN": RECEIVER,
        "ConfigSnapshotDeliveryProperties": always(access("snapshots are made more or less often")),
    },
    "AWS::Config::ConfigRule": {
        "Description": WORDS,
        "MaximumExecutionFrequency": FREQUENCY,
        **{name: always(LESS) for name in ("Scope", "Source", "InputParameters", "EvaluationModes", "Compliance")},
    },
    "AWS::Config::RemediationConfiguration": {
        "Automatic": switch(
            on=interruption("what breaks the rule is changed without asking"),
            off=access("what breaks the rule stays until somebody changes it"),
        ),
        **{
            name: always(interruption("what breaks the rule is changed in another way"))
            for name in ("TargetId", "TargetType", "TargetVersion", "Parameters", "ResourceType", "ExecutionControls")
        },
        "MaximumAutomaticAttempts": always(harmless("is only tried more or less often")),
        "RetryAttemptSeconds": always(harmless("is only tried sooner or later")),
    },
    "AWS::Config::ConformancePack": {
        name: always(LESS) for name in ("TemplateBody", "TemplateS3Uri", "ConformancePackInputParameters")
    },
    "AWS::GuardDuty::Detector": {
        "Enable": switch(on=MORE, off=access("attacks are no longer looked for")),
        "FindingPublishingFrequency": TIMELY,
        "Features": DETECTOR_FEATURES,
        "DataSources.S3Logs.Enable": WATCHED,
        "DataSources.Kubernetes.AuditLogs.Enable": WATCHED,
        "DataSources.MalwareProtection.ScanEc2InstanceWithFindings.EbsVolumes": WATCHED,
    },
    "AWS::GuardDuty::Filter": {
        "Action": always(access("findings that fit are kept out of sight, or no longer")),
        "FindingCriteria": always(access("other findings are kept out of sight")),
        "Description": WORDS,
        "Rank": always(harmless("only the order of filters")),
    },
    "AWS::GuardDuty::IPSet": {
        "Activate": switch(
            on=access("nothing is told of addresses on the list"), off=harmless("all addresses are looked at")
        ),
        "Location": always(access("nothing is told of other addresses")),
    },
    **{
        f"AWS::GuardDuty::{name}": {"Activate": WATCHED, "Location": always(LESS)}
        for name in ("ThreatEntitySet", "TrustedEntitySet")
    },
    "AWS::GuardDuty::Member": {"Status": always(LESS)},
    **{
        f"AWS::Config::{name}": dict.fromkeys(properties.split(), always(LESS))
        for name, properties in {
            "OrganizationConfigRule": "OrganizationManagedRuleMetadata OrganizationCustomRuleMetadata ExcludedAccounts "
            "OrganizationCustomPolicyRuleMetadata",
            "OrganizationConformancePack": "TemplateBody TemplateS3Uri ConformancePackInputParameters ExcludedAccounts",
            "ConfigurationAggregator": "AccountAggregationSources OrganizationAggregationSource",
        }.items()
    },
    "AWS::GuardDuty::ThreatIntelSet": {"Activate": WATCHED, "Location": always(LESS)},
    "AWS::GuardDuty::MalwareProtectionPlan": {
        "Actions": always(LESS),
        "ProtectedResource": always(LESS),
        "Role": always(LESS),
    },
    "AWS::GuardDuty::PublishingDestination": {
        "DestinationProperties": always(access("findings are kept elsewhere")),
        "DestinationType": always(access("findings are kept elsewhere")),
    },
    "AWS::SecurityHub::Hub": {
        "EnableDefaultStandards": switch(on=MORE, off=LESS, default=True),
        "AutoEnableControls": switch(on=MORE, off=LESS, default=True),
        "ControlFindingGenerator": always(harmless("only how findings are put together")),
    },
    "AWS::SecurityHub::Standard": {
        "DisabledStandardsControls": members(
            "StandardsControlArn",
            added=access("a control of the standard is no longer checked"),
            removed=MORE,
            changed=harmless("only the reason why a control is not checked"),
        )
    },
    "AWS::SecurityHub::AutomationRule": {
        name: always(access("findings are changed or kept out of sight in another way"))
        for name in ("Actions", "Criteria", "RuleStatus", "IsTerminal", "RuleOrder")
    },
    "AWS::SecurityHub::SecurityControl": {"Parameters": always(LESS)},
    "AWS::SecurityHub::OrganizationConfiguration": {"AutoEnable": WATCHED, "AutoEnableStandards": always(LESS)},
    "AWS::SecurityHub::ConfigurationPolicy": {"ConfigurationPolicy": always(LESS)},
    "AWS::Inspector::AssessmentTarget": {"ResourceGroupArn": always(LESS)},
    "AWS::InspectorV2::Filter": {
        "FilterAction": always(access("findings that fit are kept out of sight, or no longer")),
        "FilterCriteria": always(access("other findings are kept out of sight")),
        "Description": WORDS,
        "Name": WORDS,
    },
    "AWS::InspectorV2::CisScanConfiguration": {name: always(LESS) for name in ("Schedule", "Targets", "SecurityLevel")},
    "AWS::Macie::Session": {
        "Status": switch(on=MORE, off=access("data that must not be public is no longer looked for"), default=True),
        "FindingPublishingFrequency": TIMELY,
    },
    "AWS::Macie::FindingsFilter": {
        "Action": always(access("findings that fit are kept out of sight, or no longer")),
        "FindingCriteria": always(access("other findings are kept out of sight")),
        "Description": WORDS,
        "Name": WORDS,
    },
    "AWS::Macie::AllowList": {
        "Criteria": always(access("other text is not told of")),
        "Name": WORDS,
        "Description": WORDS,
    },
    "AWS::AccessAnalyzer::Analyzer": {
        "ArchiveRules": members(
            "RuleName",
            added=access("findings that fit are kept out of sight"),
            removed=MORE,
            changed=access("other findings are kept out of sight"),
        ),
        "AnalyzerConfiguration": always(LESS),
    },
    "AWS::Detective::Graph": {"AutoEnableMembers": WATCHED},
}
RECORDERS: Mapping[str, str] = {
    "AWS::CloudTrail::": "Trail Channel Dashboard",
    "AWS::Config::": "ConfigurationRecorder DeliveryChannel ConfigRule RemediationConfiguration ConformancePack "
    "ConfigurationAggregator OrganizationConfigRule OrganizationConformancePack",
    "AWS::GuardDuty::": "Detector Master Member ThreatIntelSet ThreatEntitySet MalwareProtectionPlan "
    "PublishingDestination",
    "AWS::SecurityHub::": "Hub HubV2 Standard SecurityControl OrganizationConfiguration ConfigurationPolicy "
    "PolicyAssociation FindingAggregator AggregatorV2 ProductSubscription DelegatedAdmin",
    "AWS::Inspector::": "AssessmentTarget AssessmentTemplate ResourceGroup",
    "AWS::InspectorV2::": "CisScanConfiguration CodeSecurityIntegration CodeSecurityScanConfiguration Connector",
    "AWS::Macie::": "Session CustomDataIdentifier Member",
    "AWS::AccessAnalyzer::": "Analyzer",
    "AWS::Detective::": "Graph MemberInvitation OrganizationAdmin",
    "AWS::AuditManager::": "Assessment",
    "AWS::SecurityLake::": "DataLake AwsLogSource Subscriber SubscriberNotification",
}
HIDERS: Mapping[str, str] = {
    "AWS::GuardDuty::": "Filter IPSet TrustedEntitySet",
    "AWS::SecurityHub::": "AutomationRule AutomationRuleV2",
    "AWS::InspectorV2::": "Filter",
    "AWS::Macie::": "FindingsFilter AllowList",
    "AWS::AccessAnalyzer::": "ArchiveRule",
}
SHOWS: Mapping[str, str] = {"AWS::Config::": "StoredQuery AggregationAuthorization", "AWS::SecurityHub::": "Insight"}
STORE = "AWS::CloudTrail::EventDataStore"


def _all(kinds: Mapping[str, str], rule: Rule) -> dict[str, Rule]:
    return {prefix + name: rule for prefix, names in kinds.items() for name in names.split()}


ADDED: dict[str, Rule] = {
    **_all(RECORDERS, always(MORE)),
    **_all(HIDERS, always(access("findings can be kept out of sight"))),
    **_all(SHOWS, always(harmless("only shows what is there"))),
    **each_type("", "AWS::GuardDuty::Detector AWS::Macie::Session AWS::SecurityHub::Hub AWS::SecurityHub::HubV2", MORE),
    STORE: always(cost("recorded calls are paid for")),
    "AWS::Config::AggregationAuthorization": always(access("another account may read what is recorded here")),
}
REMOVED: dict[str, Rule] = {
    **_all(RECORDERS, always(access("no longer watches, records or tells what it did"))),
    **_all(HIDERS, always(harmless("no findings are kept out of sight by it"))),
    **_all(SHOWS, always(harmless("only showed what is there"))),
    STORE: always(data_loss("the recorded calls go")),
}
REPLACED: dict[str, Rule] = {
    **_all(RECORDERS, always(access("a new one takes its place, and nothing is watched or recorded in between"))),
    **_all(HIDERS, always(access("other findings can be kept out of sight"))),
    **_all(SHOWS, always(harmless("only shows what is there"))),
    STORE: always(data_loss("the recorded calls go: a new store is empty")),
}
