"""What brings releases out: CodeBuild, CodePipeline, CodeDeploy, AppConfig, Amplify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.rules.variables import variable
from tools.review.shapes import always, danger_switch, each, guard_switch, listed, number, ordered, present, switch
from tools.review.values import at


def stages(change: Change) -> Verdict | None:
    """Judge the stages of a pipeline: an approval or test that is gone is a guard, another action is work."""
    before, after = dict(_actions(change.before)), dict(_actions(change.after))
    gone = [name for name in before if name not in after]
    for name in gone:
        if before[name] in {"Approval", "Test"}:
            return access(f"releases go on without the {before[name].lower()} {name}")
    if gone:
        return interruption(f"the action {gone[0]} is gone: its work is no longer done")
    return None


def _actions(value: Any) -> Iterator[tuple[str, str]]:
    for stage in value if isinstance(value, list) else []:
        for action in at(stage, "Actions") or []:
            yield f"{at(stage, 'Name')}/{at(action, 'Name')}", str(at(action, "ActionTypeId", "Category"))


def deployment_speed(change: Change) -> Verdict:
    """Judge the configuration of a deployment: all at once is the end of every trial."""
    if "AllAtOnce" in str(change.after):
        return access("all callers get a release at once: nothing is tried on a part of them")
    if "AllAtOnce" in str(change.before):
        return harmless("a part of the callers gets a release first")
    return access("releases are rolled out at another pace")


_RELEASE = harmless("the steps are code, which every release changes")

_BUILD: dict[str, Rule] = {
    "Environment.PrivilegedMode": danger_switch("builds have all rights on their machine"),
    "Environment.ComputeType": ordered(
        [
            "BUILD_GENERAL1_SMALL",
            "BUILD_GENERAL1_MEDIUM",
            "BUILD_GENERAL1_LARGE",
            "BUILD_GENERAL1_XLARGE",
            "BUILD_GENERAL1_2XLARGE",
        ],
        up=cost("larger machines for each build"),
        down=interruption("smaller machines: builds may not fit"),
    ),
    "Environment.Image": always(harmless("builds run on another image, which is code")),
    "Environment.Type": always(interruption("builds run on another kind of machine, where they may fail")),
    "Environment.EnvironmentVariables[]": variable,
    "Source.BuildSpec": always(_RELEASE),
    "Source.Location": always(access("builds take their code from another place")),
    "Source.Type": always(access("builds take their code from another place")),
    "Source.InsecureSsl": danger_switch("the certificate of the source is not checked"),
    "SourceVersion": always(harmless("another branch or version of the same source")),
    "ServiceRole": reference(access("builds work with the rights of another role")),
    "EncryptionKey": reference(
        access("artifacts are encrypted with another key"),
        removed=access("artifacts are not encrypted with a key of your own"),
        added=harmless("artifacts are encrypted with a key of your own"),
    ),
    "Artifacts.EncryptionDisabled": danger_switch("artifacts are not encrypted"),
    "LogsConfig.S3Logs.EncryptionDisabled": danger_switch("logs are not encrypted"),
    "LogsConfig.CloudWatchLogs.Status": switch(
        on=harmless("builds are logged"), off=data_loss("builds are no longer logged"), default=True
    ),
    "Visibility": ordered(
        ["PUBLIC_READ", "PRIVATE"],
        up=harmless("only the account sees builds"),
        down=access("everybody on the internet sees builds and their logs"),
        default="PRIVATE",
    ),
    "BadgeEnabled": always(harmless("only a picture that says whether builds succeed")),
    "Triggers.Webhook": switch(
        on=cost("changes of the source start builds"), off=interruption("changes of the source no longer start builds")
    ),
    "Triggers.FilterGroups": always(access("other changes, perhaps of other people, start builds")),
    "Triggers.PullRequestBuildPolicy": always(access("other people may start builds with a pull request")),
    "VpcConfig": present(
        removed=access("builds leave the VPC"),
        added=harmless("builds run behind the security groups of a VPC"),
        changed=access("builds run in another network"),
    ),
    **each(
        number(
            up=harmless("builds may take longer"), down=interruption("builds that take longer than this are stopped")
        ),
        "TimeoutInMinutes",
        "QueuedTimeoutInMinutes",
    ),
    "ConcurrentBuildLimit": number(
        up=cost("more builds at once"), down=harmless("fewer builds at once; the others wait"), default=float("inf")
    ),
    "Cache": always(harmless("only how fast builds are")),
    "ResourceAccessRole": reference(access("public builds show more")),
}

_PIPELINE: dict[str, Rule] = {
    "Stages": stages,
    "Stages[].Actions[].Configuration": always(_RELEASE),
    "Stages[].Actions[].Commands": always(_RELEASE),
    "Stages[].Actions[].RoleArn": reference(access("the action works with the rights of another role")),
    "Stages[].Actions[].RunOrder": always(interruption("actions run in another order")),
    "Stages[].Actions[].InputArtifacts": always(_RELEASE),
    "Stages[].Actions[].OutputArtifacts": always(_RELEASE),
    "Stages[]": present(removed=interruption("a stage is gone"), added=harmless("a stage more")),
    "Stages[].Actions[]": present(removed=interruption("an action is gone"), added=harmless("an action more")),
    **each(
        present(
            removed=access("a condition of a stage is gone"),
            added=harmless("a condition more"),
            changed=access("another condition"),
        ),
        "Stages[].BeforeEntry",
        "Stages[].OnSuccess",
        "Stages[].OnFailure",
    ),
    "DisableInboundStageTransitions": present(
        removed=harmless("releases go on"),
        added=interruption("releases stop before a stage"),
        changed=interruption("releases stop before another stage"),
    ),
    "RoleArn": reference(access("the pipeline works with the rights of another role")),
    "RestartExecutionOnUpdate": always(harmless("only whether it runs again after its own change")),
    "ArtifactStore.EncryptionKey": present(
        removed=access("artifacts are not encrypted with a key of your own"),
        added=harmless("artifacts are encrypted with a key of your own"),
        changed=access("artifacts are encrypted with another key"),
    ),
    "ArtifactStore.Location": reference(access("artifacts are kept in another bucket")),
    "Triggers": always(access("other changes start releases")),
    "ExecutionMode": always(harmless("only what becomes of releases that follow each other closely")),
}

_GROUP: dict[str, Rule] = {
    "AutoRollbackConfiguration": present(
        removed=access("a bad release is no longer taken back"), added=harmless("a bad release is taken back")
    ),
    "AutoRollbackConfiguration.Enabled": guard_switch("a bad release is taken back"),
    "AutoRollbackConfiguration.Events": listed(
        added=harmless("a bad release is taken back in more cases"),
        removed=access("a bad release is taken back in fewer cases"),
    ),
    "AlarmConfiguration": present(
        removed=access("no alarm stops a bad release"), added=harmless("alarms stop a bad release")
    ),
    "AlarmConfiguration.Enabled": guard_switch("alarms stop a bad release"),
    "AlarmConfiguration.Alarms": listed(
        added=harmless("more alarms stop a bad release"), removed=access("this alarm no longer stops a bad release")
    ),
    "AlarmConfiguration.IgnorePollAlarmFailure": danger_switch("releases go on when the alarms cannot be read"),
    "DeploymentConfigName": deployment_speed,
    "DeploymentStyle": always(interruption("releases are rolled out in another way")),
    "BlueGreenDeploymentConfiguration": always(interruption("old and new are exchanged in another way")),
    "ServiceRoleArn": reference(access("releases are made with the rights of another role")),
    "TriggerConfigurations": listed(
        added=harmless("somebody more is told of releases"), removed=access("somebody is no longer told of releases")
    ),
    "LoadBalancerInfo": always(interruption("callers are moved by another load balancer")),
    "OutdatedInstancesStrategy": always(harmless("only what becomes of machines with an old release")),
}

_APPCONFIG: dict[str, Rule] = {
    "Monitors": listed(
        added=harmless("more alarms take a bad configuration back"),
        removed=access("an alarm no longer takes a bad configuration back"),
    ),
    "ConfigurationVersion": always(harmless("another version of the configuration, which is what a release is")),
    "DeploymentDurationInMinutes": number(
        up=harmless("a slower roll-out"), down=access("a faster roll-out: less time to notice")
    ),
    "FinalBakeTimeInMinutes": number(up=harmless("more time to notice"), down=access("less time to notice"), default=0),
    "GrowthFactor": number(up=access("more callers get it at once"), down=harmless("fewer callers get it at once")),
    "Validators": listed(added=harmless("a check more"), removed=access("a check of the configuration is gone")),
}

_AMPLIFY: dict[str, Rule] = {
    **each(
        present(
            removed=access("everybody sees the site without a password"),
            added=harmless("a password is asked for"),
            changed=access("another password"),
        ),
        "BasicAuthConfig",
        "AutoBranchCreationConfig.BasicAuthConfig",
    ),
    "EnvironmentVariables[]": variable,
    "BuildSpec": always(_RELEASE),
    "Repository": always(access("the site is built from another repository")),
    "CustomRules": always(interruption("addresses lead elsewhere")),
    "CustomHeaders": always(access("other security headers are sent")),
    **each(
        switch(
            on=interruption("the site of a branch goes when the branch does"),
            off=harmless("sites of branches stay"),
        ),
        "EnableBranchAutoDeletion",
    ),
    "EnableAutoBuild": switch(
        on=harmless("changes of the source are built"), off=interruption("changes of the source are no longer built")
    ),
    **each(
        danger_switch("pull requests are built and shown"),
        "EnablePullRequestPreview",
        "AutoBranchCreationConfig.EnablePullRequestPreview",
    ),
    "IAMServiceRole": reference(access("builds work with the rights of another role")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::CodeBuild::Project": _BUILD,
    "AWS::CodePipeline::Pipeline": _PIPELINE,
    "AWS::CodeDeploy::DeploymentGroup": _GROUP,
    "AWS::AppConfig::Environment": _APPCONFIG,
    "AWS::AppConfig::Deployment": _APPCONFIG,
    "AWS::AppConfig::DeploymentStrategy": _APPCONFIG,
    "AWS::AppConfig::ConfigurationProfile": _APPCONFIG,
    "AWS::Amplify::App": _AMPLIFY,
    "AWS::Amplify::Branch": _AMPLIFY,
}

_RELEASES = (
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::CodeDeploy::DeploymentConfig",
)
_SITES = ("AWS::Amplify::App", "AWS::Amplify::Branch", "AWS::Amplify::Domain")
_CONFIGURATIONS = ("AWS::AppConfig::Application", "AWS::AppConfig::Environment", "AWS::AppConfig::ConfigurationProfile")
_OF_A_RELEASE = (
    "AWS::AppConfig::Deployment",
    "AWS::AppConfig::HostedConfigurationVersion",
    "AWS::AppConfig::DeploymentStrategy",
)
REMOVED: dict[str, Rule] = {
    **each(always(interruption("releases are no longer built or brought out")), *_RELEASES),
    **each(always(interruption("the site is gone: visitors see errors")), *_SITES),
    **each(always(interruption("programs that ask for their configuration see errors")), *_CONFIGURATIONS),
    **each(always(harmless("the configuration that was brought out stays")), *_OF_A_RELEASE),
}
ADDED: dict[str, Rule] = {
    **each(always(harmless("it costs when a release is made")), *_RELEASES),
    **each(always(access("a site on the internet")), *_SITES),
    **each(always(harmless("a configuration that programs may ask for")), *_CONFIGURATIONS, *_OF_A_RELEASE),
}
REPLACED: dict[str, Rule] = {
    **each(always(interruption("who starts releases by the old name sees errors")), *_RELEASES),
    **each(always(interruption("the site gets another address")), *_SITES),
    **each(always(interruption("programs that ask for the old one see errors")), *_CONFIGURATIONS),
    **each(always(harmless("another version of the configuration, by design")), *_OF_A_RELEASE),
}
