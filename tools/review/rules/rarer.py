"""Properties of services that few stacks have, and rarer properties of those that many have."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.shapes import always, danger_switch, each, guard_switch, listed, present, switch

_CODE = always(harmless("other code with the same rights, which is what a release is"))
_READ = always(interruption("queries read the files in another way, or from elsewhere"))
_PATCHED = always(access("machines get other patches than before, or get them later"))
_SAID = always(access("what people and models may say to each other is guarded otherwise"))
_LED = always(interruption("requests in the mesh are led elsewhere, or no longer"))
_FIREWALL = always(access("the firewall stops other requests, or fewer"))
_COLUMN = present(
    added=harmless("queries may read one more column"),
    removed=interruption("queries that read the column fail"),
    changed=interruption("queries that read the column get values of another type, or fail"),
)
_BEGINNING = always(data_loss("records between the old and the new beginning are skipped, or worked on again"))
_MESH = ("Route", "GatewayRoute", "VirtualNode", "VirtualRouter", "VirtualGateway", "VirtualService")
_STREAMS = (
    "DynamoDBStreamParameters",
    "KinesisStreamParameters",
    "ManagedStreamingKafkaParameters",
    "SelfManagedKafkaParameters",
)


def glue_argument(change: Change) -> Verdict | None:
    """Judge an argument of a job of Glue, some of which are switches of the service itself."""
    name = (change.property or "").rpartition(".")[2].lower()
    on = str(change.after).lower() in ("true", "job-bookmark-enable")
    if "bookmark" in name:
        return data_loss("which records were worked on is remembered otherwise: some are skipped, or worked on again")
    if any(word in name for word in ("log", "metrics", "spark-ui")):
        return cost("more is written down of each run") if on else access("less is written down of each run")
    return None


PROPERTIES: PropertyRules = {
    **{f"AWS::AppMesh::{kind}": {"Spec": _LED} for kind in _MESH},
    **{
        f"AWS::{service}::{kind}": dict.fromkeys(("DefaultAction", "Rules", "Predicates"), _FIREWALL)
        for service in ("WAF", "WAFRegional")
        for kind in ("WebACL", "Rule")
    },
    "AWS::Amplify::App": {
        "AutoBranchCreationConfig.EnableAutoBranchCreation": danger_switch("each new branch is shown to everybody"),
        "AccessToken": always(access("the source is read with another token")),
    },
    "AWS::Amplify::Domain": {
        "EnableAutoSubDomain": danger_switch("each new branch gets an address below this name"),
        "SubDomainSettings": always(interruption("addresses below this name lead elsewhere, or nowhere")),
    },
    "AWS::AutoScaling::LifecycleHook": {
        "LifecycleTransition": always(interruption("machines wait at another time than programs expect"))
    },
    "AWS::Bedrock::Guardrail": dict.fromkeys(
        (
            "ContentPolicyConfig",
            "ContextualGroundingPolicyConfig",
            "SensitiveInformationPolicyConfig",
            "TopicPolicyConfig",
            "WordPolicyConfig",
        ),
        _SAID,
    ),
    "AWS::Chatbot::SlackChannelConfiguration": {
        "SlackChannelId": always(access("another channel is told, and may act")),
        "UserRoleRequired": guard_switch("people in the channel act with roles of their own"),
    },
    "AWS::CodeBuild::ReportGroup": {
        "DeleteReports": switch(
            on=data_loss("all reports go when the group does"), off=harmless("a group with reports is not deleted")
        )
    },
    "AWS::CodePipeline::Pipeline": {
        "ArtifactStores[]": always(access("artifacts are kept in another bucket, or with another key")),
        "PipelineType": always(cost("runs are billed in another way")),
        "Stages[].Actions[].ActionTypeId": always(interruption("the step does something else than before")),
    },
    "AWS::CodePipeline::Webhook": {
        "Filters": always(access("other events of the source start the pipeline")),
        **each(always(interruption("another pipeline or step is started")), "TargetAction", "TargetPipeline"),
    },
    "AWS::CodeStarNotifications::NotificationRule": {
        "EventTypeIds": listed(
            added=harmless("people are told of more"), removed=access("people are no longer told of such events")
        )
    },
    "AWS::DirectoryService::SimpleAD": {"EnableSso": always(access("who may sign in is decided otherwise"))},
    "AWS::ECS::ClusterCapacityProviderAssociations": {
        "CapacityProviders": listed(
            added=harmless("tasks may run elsewhere too"), removed=interruption("tasks can no longer run there")
        ),
        "DefaultCapacityProviderStrategy": always(interruption("tasks run on other machines, and may not fit there")),
    },
    "AWS::Events::Rule": {
        "Targets[].EcsParameters.LaunchType": always(interruption("tasks run on other machines")),
        **each(_CODE, "Targets[].AppSyncParameters", "Targets[].RedshiftDataParameters"),
    },
    "AWS::Glue::Job": {"DefaultArguments.*": glue_argument},
    "AWS::Glue::Table": {
        "TableInput.StorageDescriptor.Columns[]": _COLUMN,
        **each(
            _READ,
            "TableInput.PartitionKeys",
            "TableInput.StorageDescriptor.Compressed",
            "TableInput.StorageDescriptor.InputFormat",
            "TableInput.StorageDescriptor.Location",
            "TableInput.StorageDescriptor.OutputFormat",
            "TableInput.StorageDescriptor.SerdeInfo",
            "TableInput.TableType",
        ),
    },
    "AWS::IoT::ScheduledAudit": {
        "TargetCheckNames": listed(added=harmless("more is checked"), removed=access("less is checked")),
        "Frequency": always(access("devices are checked at other times, perhaps less often")),
    },
    "AWS::KinesisAnalyticsV2::Application": {
        "ApplicationConfiguration.ApplicationCodeConfiguration": _CODE,
        "ApplicationConfiguration.ApplicationSnapshotConfiguration.SnapshotsEnabled": switch(
            on=harmless("the state of the application is kept"),
            off=data_loss("the state of the application is not kept when it stops or is updated"),
        ),
    },
    "AWS::KinesisFirehose::DeliveryStream": {
        "RedshiftDestinationConfiguration.CopyCommand": always(data_loss("rows are loaded otherwise, or not at all")),
        **each(
            always(interruption("the receiver refuses records unless it knows the new key")),
            "HttpEndpointDestinationConfiguration.EndpointConfiguration.AccessKey",
            "SplunkDestinationConfiguration.HECToken",
        ),
    },
    "AWS::Pipes::Pipe": {f"SourceParameters.{stream}.StartingPosition": _BEGINNING for stream in _STREAMS},
    "AWS::SES::ConfigurationSetEventDestination": {
        "EventDestination.MatchingEventTypes": listed(
            added=harmless("more of what happens to mails is told"),
            removed=data_loss("such events of mails are no longer told or kept"),
        )
    },
    "AWS::SES::ReceiptRule": {
        "Rule.Actions": always(interruption("mails that come in are handled otherwise")),
        "Rule.Recipients": listed(
            added=harmless("mails to more addresses are handled"),
            removed=interruption("mails to the address are no longer handled"),
        ),
        "Rule.ScanEnabled": guard_switch("mails that come in are looked through for viruses"),
    },
    "AWS::SSM::PatchBaseline": each(
        _PATCHED,
        "ApprovalRules",
        "ApprovedPatches",
        "ApprovedPatchesComplianceLevel",
        "GlobalFilters",
        "PatchGroups",
        "RejectedPatches",
        "RejectedPatchesAction",
    ),
}
