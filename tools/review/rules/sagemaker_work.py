"""Where people and schedules work in SageMaker: notebook instances, domains, apps, monitoring, model packages."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.rules.events import schedule
from tools.review.rules.machines import machine_rule
from tools.review.rules.variables import variable
from tools.review.shapes import (
    always,
    danger_switch,
    each,
    guard_switch,
    listed,
    number,
    ordered,
    present,
    switch,
    under,
)
from tools.review.values import figure

_GROUPS = listed(
    added=access("what another security group lets out is open"),
    removed=interruption("what the security group lets out is closed"),
)


def platform(change: Change) -> Verdict:
    """Judge a platform such as `notebook-al2-v3` or `notebook-al2023-v1`."""
    before, after = (_platform(value) for value in (change.before, change.after))
    if before and after and after > before:
        return harmless("a newer platform, with its patches")
    return access("an older platform: its patches arrive later, or never")


SCRIPTS = present(
    added=harmless("scripts set the notebook up"),
    removed=access("the scripts that set the notebook up, and stop it when nobody works, no longer run"),
    changed=harmless("the scripts that set the notebook up are code, which every release changes"),
)
"""For the scripts of a notebook; they run as root, and stop it when nobody works."""

_NOTEBOOK: dict[str, Rule] = {
    "RootAccess": danger_switch("who works in the notebook is root on its machine", default=True),
    "DirectInternetAccess": danger_switch("the notebook reaches the internet past the VPC", default=True),
    "KmsKeyId": reference(
        access("its disk is encrypted with another key"),
        removed=access("its disk is not encrypted with a key of your own any more"),
        added=harmless("its disk is encrypted with a key of your own"),
    ),
    "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion": number(
        up=harmless("only requests with a token read the credentials of the machine"),
        down=access("requests without a token, which somebody can forge, read the credentials of the machine"),
        default=1,
    ),
    "PlatformIdentifier": platform,
    "InstanceType": machine_rule(
        down=harmless("a smaller machine, for the one who works on it; nobody else is served by it"),
        restarts=harmless("the machine is stopped for it; files stay, what is in memory is gone"),
    ),
    "LifecycleConfigName": reference(
        access("other scripts set the notebook up, as root"),
        removed=access("the scripts that set the notebook up, and stop it when nobody works, no longer run"),
        added=harmless("scripts set the notebook up"),
    ),
    "VolumeSizeInGB": number(
        up=cost("a larger disk"), down=data_loss("a disk cannot shrink: it is made anew, without its files"), default=5
    ),
    "SecurityGroupIds": _GROUPS,
    "SubnetId": reference(
        access("the notebook moves to another network"),
        removed=access("the notebook leaves the VPC"),
        added=harmless("the notebook works inside a VPC"),
    ),
    "RoleArn": reference(access("who works in the notebook has the rights of another role")),
    "DefaultCodeRepository": always(harmless("only which repository is opened first")),
    "AdditionalCodeRepositories": always(harmless("only which repositories are there")),
    "AcceleratorTypes": listed(added=cost("accelerators"), removed=interruption("no accelerator any more")),
}

_SETTINGS: dict[str, Rule] = {
    "ExecutionRole": reference(access("people work with the rights of another role")),
    "SecurityGroups": _GROUPS,
    "SharingSettings.NotebookOutputOption": ordered(
        ["Disabled", "Allowed"],
        up=access("outputs of notebooks can be shared"),
        down=harmless("outputs of notebooks cannot be shared"),
        default="Disabled",
    ),
    "SpaceStorageSettings": always(cost("other sizes of disks")),
    "StudioWebPortal": switch(
        on=harmless("people see Studio"), off=interruption("people no longer see Studio"), default=True
    ),
    "StudioWebPortalSettings": always(harmless("only what is shown in Studio")),
    "DefaultLandingUri": always(harmless("only what is shown first")),
    "CustomFileSystemConfigs": listed(
        added=access("people reach another file system"), removed=interruption("files are missing")
    ),
}

_DOMAIN: dict[str, Rule] = {
    **under("DefaultUserSettings", _SETTINGS),
    **under("DefaultSpaceSettings", _SETTINGS),
    **under("UserSettings", _SETTINGS),
    "AppNetworkAccessType": ordered(
        ["PublicInternetOnly", "VpcOnly"],
        up=harmless("apps reach the internet only through the VPC"),
        down=access("apps reach the internet past the VPC"),
        default="PublicInternetOnly",
    ),
    "AuthMode": always(access("people sign in in another way")),
    "DomainSettings.DockerSettings.EnableDockerAccess": danger_switch("people start containers in their apps"),
    "DomainSettings.DockerSettings.VpcOnlyTrustedAccounts": listed(
        added=access("images of more accounts are trusted"), removed=interruption("images of an account are rejected")
    ),
    "DomainSettings.SecurityGroupIds": _GROUPS,
    "DomainSettings.ExecutionRoleIdentityConfig": always(access("who did something is told otherwise in the logs")),
    "TagPropagation": always(harmless("only tags")),
}

_JOB = "MonitoringScheduleConfig.MonitoringJobDefinition."
_MONITORING: dict[str, Rule] = {
    "MonitoringScheduleConfig.ScheduleConfig.ScheduleExpression": schedule,
    f"{_JOB}NetworkConfig.EnableNetworkIsolation": guard_switch("the containers of the jobs have no network"),
    f"{_JOB}NetworkConfig.EnableInterContainerTrafficEncryption": guard_switch(
        "what the machines tell each other is encrypted"
    ),
    f"{_JOB}NetworkConfig.VpcConfig": present(
        removed=access("the jobs leave the VPC"),
        added=harmless("the jobs run in a VPC"),
        changed=access("the jobs run in another network"),
    ),
    f"{_JOB}MonitoringResources.ClusterConfig.InstanceType": machine_rule(
        down=interruption("a smaller machine: jobs may not fit")
    ),
    f"{_JOB}MonitoringResources.ClusterConfig.InstanceCount": number(
        up=cost("more machines"), down=interruption("fewer machines")
    ),
    f"{_JOB}BaselineConfig": always(
        access("the data of callers is compared with something else: drift may go unnoticed")
    ),
    f"{_JOB}Environment.*": variable,
    f"{_JOB}RoleArn": reference(access("the jobs work with the rights of another role")),
    "EndpointName": reference(access("another endpoint is watched, the old one no longer")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::SageMaker::NotebookInstance": _NOTEBOOK,
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": {"OnStart": SCRIPTS, "OnCreate": SCRIPTS},
    "AWS::SageMaker::Domain": _DOMAIN,
    "AWS::SageMaker::UserProfile": _DOMAIN,
    "AWS::SageMaker::MonitoringSchedule": _MONITORING,
}

_WATCHES = (
    "AWS::SageMaker::MonitoringSchedule",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
)
_LIFECYCLE = ("AWS::SageMaker::NotebookInstanceLifecycleConfig", "AWS::SageMaker::StudioLifecycleConfig")
REMOVED: dict[str, Rule] = {
    "AWS::SageMaker::NotebookInstance": always(data_loss("the notebook is gone, with the files on its disk")),
    **each(always(access("the scripts that set a notebook up, and stop it when nobody works, are gone")), *_LIFECYCLE),
    "AWS::SageMaker::Domain": always(data_loss("the domain is gone, and people no longer reach their files in it")),
    "AWS::SageMaker::UserProfile": always(data_loss("somebody no longer reaches the files of this profile")),
    "AWS::SageMaker::Space": always(data_loss("the space is gone, with the files on its disk")),
    "AWS::SageMaker::App": always(interruption("the app ends, with what is in its memory")),
    **each(always(access("nobody watches the model any more")), *_WATCHES),
}
ADDED: dict[str, Rule] = {
    "AWS::SageMaker::NotebookInstance": always(cost("a machine that is paid for every hour it runs")),
    **each(always(harmless("scripts that set a notebook up; they cost nothing")), *_LIFECYCLE),
    "AWS::SageMaker::Domain": always(access("people can sign in and work with the rights of a role")),
    "AWS::SageMaker::UserProfile": always(access("somebody more can sign in and work with the rights of a role")),
    "AWS::SageMaker::Space": always(cost("a disk for a space")),
    "AWS::SageMaker::App": always(cost("a machine for the app")),
    **each(always(cost("jobs that watch the model are paid for")), *_WATCHES),
}
REPLACED: dict[str, Rule] = {
    "AWS::SageMaker::NotebookInstance": always(
        data_loss("a new notebook takes its place: files on the disk of the old one are gone")
    ),
    **each(always(harmless("the notebook takes the new scripts")), *_LIFECYCLE),
    "AWS::SageMaker::Domain": always(
        data_loss("a new domain takes its place: people no longer reach their files in the old one")
    ),
    "AWS::SageMaker::UserProfile": always(
        data_loss("a new profile takes its place: files of the old one are no longer reached")
    ),
    "AWS::SageMaker::Space": always(data_loss("a new space takes its place: files of the old one are gone")),
    "AWS::SageMaker::App": always(interruption("the app is started anew; what is in its memory is gone")),
    **each(always(harmless("the same watch is made anew")), *_WATCHES),
}


def _platform(value: object) -> tuple[float, ...]:
    words = str(value).replace("al", "").split("-")
    return tuple(part for word in words if (part := figure(word.removeprefix("v"))) is not None)
