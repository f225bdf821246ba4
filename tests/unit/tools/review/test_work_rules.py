"""What is said of changes of containers, machines, scaling, platforms and Kubernetes."""

from __future__ import annotations

from typing import Any

from tests.support.review_rules import each_row, judge, judge_whole, template
from tools.review.change import Risk

H, C, A, N, D, U = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS, Risk.UNKNOWN

SERVICE = "AWS::ECS::Service"
TASK = "AWS::ECS::TaskDefinition"
BREAKER = "DeploymentConfiguration.DeploymentCircuitBreaker"


@each_row(
    [
        ("DesiredCount", 2, 0, N),
        ("DesiredCount", 2, 1, N),
        ("DesiredCount", 2, 20, C),
        ("TaskDefinition", {"Ref": "A"}, {"Ref": "B"}, H),
        ("NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "DISABLED", "ENABLED", A),
        ("NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED", "DISABLED", H),
        ("NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", None, "DISABLED", H),
        ("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups", ["a"], ["a", "b"], A),
        ("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups", ["a", "b"], ["b"], N),
        (BREAKER, {"Enable": True}, None, A),
        (BREAKER, None, {"Enable": True}, H),
        (f"{BREAKER}.Rollback", True, False, A),
        (f"{BREAKER}.Enable", False, True, H),
        ("DeploymentConfiguration.MinimumHealthyPercent", 100, 0, N),
        ("DeploymentConfiguration.MinimumHealthyPercent", 50, 100, H),
        ("DeploymentConfiguration.Alarms.AlarmNames", ["a", "b"], ["a"], A),
        ("DeploymentConfiguration.Strategy", "CANARY", "ROLLING", A),
        ("HealthCheckGracePeriodSeconds", 60, 5, N),
        ("HealthCheckGracePeriodSeconds", 60, 120, H),
        ("EnableExecuteCommand", None, True, A),
        ("EnableExecuteCommand", True, False, H),
        ("EnableExecuteCommand", None, False, H),
        ("LoadBalancers", [{"TargetGroupArn": "a"}], [], N),
        ("LoadBalancers", [{"TargetGroupArn": "a"}], [{"TargetGroupArn": "a"}, {"TargetGroupArn": "b"}], H),
        ("CapacityProviderStrategy", None, [{"CapacityProvider": "FARGATE_SPOT"}], N),
        ("CapacityProviderStrategy", [{"CapacityProvider": "FARGATE_SPOT"}], [{"CapacityProvider": "FARGATE"}], C),
        ("PlatformVersion", "LATEST", "1.3.0", A),
    ],
)
def test_a_property_of_a_service(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(SERVICE, path, before, after) == risk


@each_row(
    [
        ("Cpu", "256", "512", C),
        ("Memory", "2048", "512", N),
        ("TaskRoleArn", "a", "b", A),
        ("NetworkMode", "awsvpc", "host", A),
        ("PidMode", None, "host", A),
        ("Volumes[].EFSVolumeConfiguration.TransitEncryption", "ENABLED", "DISABLED", A),
        ("ContainerDefinitions[].Image", "1.dkr.ecr.x/a:1", "1.dkr.ecr.x/a:2", H),
        ("ContainerDefinitions[].Image", "1.dkr.ecr.x/a:1", "docker.io/a:2", A),
        ("ContainerDefinitions[].Privileged", None, True, A),
        ("ContainerDefinitions[].Privileged", True, False, H),
        ("ContainerDefinitions[].User", "1000", "root", A),
        ("ContainerDefinitions[].User", "1000", None, A),
        ("ContainerDefinitions[].User", None, "1000", H),
        ("ContainerDefinitions[].ReadonlyRootFilesystem", True, False, A),
        ("ContainerDefinitions[].ReadonlyRootFilesystem", None, True, H),
        ("ContainerDefinitions[].LogConfiguration", {"LogDriver": "awslogs"}, None, D),
        ("ContainerDefinitions[].LinuxParameters.Capabilities.Add", [], ["SYS_ADMIN"], A),
        ("ContainerDefinitions[].LinuxParameters.Capabilities.Drop", ["ALL"], None, A),
        ("ContainerDefinitions[].PortMappings[]", {"ContainerPort": 80}, None, N),
        ("ContainerDefinitions[].Secrets[]", {"Name": "A", "ValueFrom": "x"}, None, N),
        ("ContainerDefinitions[].Environment[]", None, {"Name": "DB_PASSWORD", "Value": "x"}, A),
        ("ContainerDefinitions[].Command", ["a"], ["b"], H),
        ("ContainerDefinitions[]", {"Name": "a"}, None, N),
        ("ContainerDefinitions[]", {"Name": "a"}, {"Name": "a", "Image": "b"}, None),
        ("Volumes[]", None, {"Name": "a"}, A),
    ],
)
def test_a_property_of_a_task(path: str, before: Any, after: Any, risk: Risk | None) -> None:
    assert judge(TASK, path, before, after) == risk


@each_row(
    [
        ("replace", TASK, H),
        ("remove", TASK, N),
        ("replace", SERVICE, N),
        ("remove", SERVICE, N),
        ("add", SERVICE, C),
        ("remove", "AWS::ECS::Cluster", N),
    ],
)
def test_a_whole_resource_of_containers(action: str, kind: str, risk: Risk) -> None:
    assert judge_whole(action, kind) == risk


def test_a_task_definition_under_another_logical_id() -> None:
    assert judge_whole("remove", TASK, head_template=template(New={"Type": TASK})) == H


def test_how_a_cluster_measures_and_logs() -> None:
    on, off = ([{"Name": "containerInsights", "Value": value}] for value in ("enabled", "disabled"))
    assert judge("AWS::ECS::Cluster", "ClusterSettings", off, on) == C
    assert judge("AWS::ECS::Cluster", "ClusterSettings", on, off) == A
    logging = "Configuration.ExecuteCommandConfiguration.Logging"
    assert judge("AWS::ECS::Cluster", logging, "OVERRIDE", "NONE") == A


@each_row(
    [
        ("MetadataOptions.HttpTokens", "required", "optional", A),
        ("MetadataOptions.HttpTokens", "required", None, A),
        ("MetadataOptions.HttpTokens", "optional", "required", H),
        ("MetadataOptions.HttpPutResponseHopLimit", 1, 2, A),
        ("BlockDeviceMappings[].Ebs.Encrypted", True, False, A),
        ("BlockDeviceMappings[].Ebs.Encrypted", None, True, H),
        ("BlockDeviceMappings[].Ebs.DeleteOnTermination", False, True, D),
        ("BlockDeviceMappings[].Ebs.VolumeSize", 10, 100, C),
        ("NetworkInterfaces[].AssociatePublicIpAddress", False, True, A),
        ("SecurityGroupIds", ["a"], ["a", "b"], A),
        ("KeyName", None, "key", A),
        ("KeyName", "key", None, H),
        ("IamInstanceProfile", "a", "b", A),
        ("DisableApiTermination", True, False, D),
        ("InstanceType", "t3.micro", "m5.24xlarge", N),
        ("ImageId", "a", "b", D),
        ("UserData", "a", "b", N),
        ("Monitoring", False, True, C),
    ],
)
def test_a_property_of_a_machine(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge("AWS::EC2::Instance", path, before, after) == risk


@each_row(
    [
        ("InstanceType", "t3.micro", "m5.24xlarge", C),
        ("InstanceType", "m5.large", "t3.micro", N),
        ("ImageId", "a", "b", H),
        ("UserData", "a", "b", H),
        ("MetadataOptions.HttpTokens", "required", "optional", A),
    ],
)
def test_a_property_of_a_launch_template(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge("AWS::EC2::LaunchTemplate", f"LaunchTemplateData.{path}", before, after) == risk
    assert judge("AWS::AutoScaling::LaunchConfiguration", path, before, after) == risk


def test_a_whole_machine() -> None:
    assert judge_whole("remove", "AWS::EC2::Instance") == D
    assert judge_whole("replace", "AWS::EC2::Instance") == D
    assert judge_whole("add", "AWS::EC2::Instance") == C
    assert judge_whole("remove", "AWS::EC2::LaunchTemplate") == N
    assert judge_whole("replace", "AWS::EC2::LaunchTemplate") == H
    new = template(New={"Type": "AWS::EC2::LaunchTemplate"})
    assert judge_whole("remove", "AWS::EC2::LaunchTemplate", head_template=new) == H


@each_row(
    [
        ("AutoScaling::AutoScalingGroup", "MinSize", "2", "1", N),
        ("AutoScaling::AutoScalingGroup", "MinSize", "1", "2", C),
        ("AutoScaling::AutoScalingGroup", "MaxSize", "4", "0", N),
        ("AutoScaling::AutoScalingGroup", "MaxSize", "4", "40", C),
        ("AutoScaling::AutoScalingGroup", "DesiredCapacity", "4", "0", N),
        ("AutoScaling::AutoScalingGroup", "LaunchTemplate", {"Version": "1"}, {"Version": "2"}, H),
        ("AutoScaling::AutoScalingGroup", "TargetGroupARNs", ["a"], [], N),
        ("AutoScaling::AutoScalingGroup", "HealthCheckType", "ELB", None, N),
        ("AutoScaling::AutoScalingGroup", "DeletionProtection", "prevent-all-deletion", "none", D),
        ("ApplicationAutoScaling::ScalableTarget", "MinCapacity", 1, 0, N),
        ("ApplicationAutoScaling::ScalableTarget", "MaxCapacity", 10, 2, N),
        ("ApplicationAutoScaling::ScalableTarget", "MaxCapacity", 10, 20, C),
        ("ApplicationAutoScaling::ScalableTarget", "SuspendedState.DynamicScalingOutSuspended", False, True, N),
        (
            "ApplicationAutoScaling::ScalingPolicy",
            "TargetTrackingScalingPolicyConfiguration.TargetValue",
            70,
            50,
            C,
        ),
    ],
)
def test_a_property_of_scaling(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::{kind}", path, before, after) == risk


def test_whole_scaling() -> None:
    assert judge_whole("remove", "AWS::ApplicationAutoScaling::ScalingPolicy") == N
    assert judge_whole("remove", "AWS::AutoScaling::AutoScalingGroup") == N
    assert judge_whole("add", "AWS::AutoScaling::AutoScalingGroup") == C


@each_row(
    [
        ("Cluster", "Version", "1.32", "1.33", N),
        ("Cluster", "Version", "1.9", "1.10", N),
        ("Cluster", "Version", "1.33", "1.32", N),
        ("Cluster", "ResourcesVpcConfig.EndpointPublicAccess", False, True, A),
        ("Cluster", "ResourcesVpcConfig.EndpointPublicAccess", True, False, H),
        ("Cluster", "ResourcesVpcConfig.PublicAccessCidrs", ["10.0.0.0/8"], ["0.0.0.0/0"], A),
        ("Cluster", "ResourcesVpcConfig.PublicAccessCidrs", ["10.0.0.0/8"], None, A),
        ("Cluster", "ResourcesVpcConfig.PublicAccessCidrs", None, ["10.0.0.0/8"], N),
        ("Cluster", "Logging", {"ClusterLogging": {}}, None, D),
        ("Cluster", "Logging.ClusterLogging.EnabledTypes", [{"Type": "audit"}, {"Type": "api"}], [{"Type": "api"}], D),
        ("Cluster", "EncryptionConfig", [{"Provider": {}}], None, A),
        ("Cluster", "DeletionProtection", True, False, D),
        ("Nodegroup", "ScalingConfig.MinSize", 2, 1, N),
        ("Nodegroup", "ScalingConfig.DesiredSize", 2, 0, N),
        ("Nodegroup", "ScalingConfig.MaxSize", 2, 20, C),
        ("Nodegroup", "RemoteAccess", None, {"Ec2SshKey": "k"}, A),
        ("Nodegroup", "ReleaseVersion", "1", "2", H),
    ],
)
def test_a_property_of_kubernetes(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::EKS::{kind}", path, before, after) == risk


def test_whole_kubernetes() -> None:
    assert judge_whole("remove", "AWS::EKS::Cluster") == D
    assert judge_whole("remove", "AWS::EKS::Nodegroup") == N
    assert judge_whole("add", "AWS::EKS::AccessEntry") == A


@each_row(
    [
        ("Batch::ComputeEnvironment", "State", "ENABLED", "DISABLED", N),
        ("Batch::ComputeEnvironment", "ComputeResources.MaxvCpus", 10, 0, N),
        ("Batch::ComputeEnvironment", "ComputeResources.MaxvCpus", 10, 100, C),
        ("Batch::ComputeEnvironment", "ComputeResources.MinvCpus", 10, 0, H),
        ("Batch::JobQueue", "State", "ENABLED", "DISABLED", N),
        ("Batch::JobDefinition", "ContainerProperties.Privileged", False, True, A),
        ("Batch::JobDefinition", "RetryStrategy.Attempts", 3, 1, N),
        ("Batch::JobDefinition", "Timeout.AttemptDurationSeconds", None, 60, N),
        ("AppRunner::Service", "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible", False, True, A),
        ("AppRunner::Service", "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible", True, False, N),
        ("AppRunner::Service", "InstanceConfiguration.Cpu", "1024", "2048", C),
        ("Lightsail::Instance", "KeyPairName", "a", "b", A),
        ("IoT::TopicRule", "TopicRulePayload.RuleDisabled", False, True, N),
        ("IoT::TopicRule", "TopicRulePayload.ErrorAction", {"Sqs": {}}, None, D),
    ],
)
def test_a_property_of_a_platform(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::{kind}", path, before, after) == risk


def test_whole_platforms() -> None:
    assert judge_whole("remove", "AWS::AppRunner::Service") == N
    assert judge_whole("remove", "AWS::Lightsail::Instance") == D
    assert judge_whole("replace", "AWS::Batch::JobDefinition") == H


@each_row(
    [
        ("aws:autoscaling:asg", "MinSize", "2", "1", N),
        ("aws:autoscaling:asg", "MaxSize", "2", "10", C),
        ("aws:autoscaling:launchconfiguration", "InstanceType", "t3.small", "t3.large", C),
        ("aws:autoscaling:launchconfiguration", "DisableIMDSv1", "true", "false", A),
        ("aws:elasticbeanstalk:command", "DeploymentPolicy", "Immutable", "AllAtOnce", N),
        ("aws:elasticbeanstalk:application:environment", "DB_PASSWORD", None, "x", A),
        ("aws:elasticbeanstalk:environment:proxy", "ProxyServer", "nginx", "apache", U),
    ],
)
def test_an_option_of_beanstalk(namespace: str, name: str, before: Any, after: Any, risk: Risk) -> None:
    old, new = (
        None if value is None else {"Namespace": namespace, "OptionName": name, "Value": value}
        for value in (before, after)
    )
    assert judge("AWS::ElasticBeanstalk::Environment", "OptionSettings[]", old, new) == risk
