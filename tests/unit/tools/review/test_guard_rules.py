"""Alarms, detectors, firewalls, names, distributions and load balancers: guards that are lowered, doors that close."""

from typing import Any

from tests.support.review_rules import each_row, judge, judge_whole, resource

ALARM = "AWS::CloudWatch::Alarm"
HIGH = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "Statistic": "Maximum"}
LOW = HIGH | {"ComparisonOperator": "LessThanThreshold"}


@each_row(
    [
        (HIGH, "Threshold", 1, 100, "access"),
        (HIGH, "Threshold", 100, 1, "harmless"),
        (LOW, "Threshold", 100, 1, "access"),
        (LOW, "Threshold", 1, 100, "harmless"),
        (HIGH, "Threshold", 1, {"Ref": "Parameter"}, "access"),
        (HIGH, "EvaluationPeriods", 1, 10, "access"),
        (HIGH, "EvaluationPeriods", 3, 1, "harmless"),
        (HIGH | {"DatapointsToAlarm": 3}, "EvaluationPeriods", 5, 3, "access"),
        (HIGH | {"DatapointsToAlarm": 2}, "EvaluationPeriods", 3, 5, "harmless"),
        (HIGH, "DatapointsToAlarm", 3, 2, "harmless"),
        (HIGH, "DatapointsToAlarm", 1, 3, "access"),
        (HIGH, "Period", 60, 3600, "access"),
        (HIGH, "Period", 300, 60, "harmless"),
        (HIGH | {"Statistic": "Sum"}, "Period", 300, 60, "access"),
        (HIGH, "TreatMissingData", "breaching", "notBreaching", "access"),
        (HIGH, "TreatMissingData", "notBreaching", "breaching", "harmless"),
        (HIGH, "ActionsEnabled", None, False, "access"),
        (HIGH, "ActionsEnabled", False, True, "harmless"),
        (HIGH, "AlarmActions", ["a"], None, "access"),
        (HIGH, "AlarmActions", ["a"], ["a", "b"], "harmless"),
        (HIGH, "AlarmActions", ["a", "b"], ["b", "a"], "harmless"),
        (HIGH, "ExtendedStatistic", "p99", "p50", "access"),
        (HIGH, "ExtendedStatistic", "p50", "p99", "harmless"),
        (HIGH, "MetricName", "Errors", "Invocations", "access"),
        (HIGH, "Dimensions", [{"Name": "a", "Value": 1}], [{"Name": "a", "Value": 2}], "access"),
        (HIGH, "AlarmDescription", "a", "b", "harmless"),
        ({}, "ComparisonOperator", "GreaterThanThreshold", "LessThanThreshold", "access"),
        ({}, "ComparisonOperator", "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "harmless"),
        (HIGH, "Metrics", [{"Id": "a", "Label": "x"}], [{"Id": "a", "Label": "y"}], "harmless"),
        (HIGH, "Metrics", [{"Id": "a", "Expression": "x"}], [{"Id": "a", "Expression": "y"}], "access"),
    ],
)
def test_an_alarm_that_fires_later_is_a_lowered_guard(
    around: dict[str, Any], path: str, before: Any, after: Any, risk: str
) -> None:
    base, head = (
        resource(ALARM, **{name: value for name, value in {**around, path: it}.items() if value is not None})
        for it in (before, after)
    )
    assert judge(ALARM, path, before, after, base=base, head=head) == risk


def acl_rule(action: str = "Block", **more: Any) -> dict[str, Any]:
    return {"Name": "it", "Action": {action: {}}, "Priority": 1, **more}


DISTRIBUTION = "AWS::CloudFront::Distribution"
BEHAVIOR = "DistributionConfig.DefaultCacheBehavior"
HEADERS = "ResponseHeadersPolicyConfig"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
ACL = "AWS::WAFv2::WebACL"


def attribute(key: str, value: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value}]


CSP = "ContentSecurityPolicy.ContentSecurityPolicy"
FORWARD = {"Type": "forward", "TargetGroupArn": "a"}
SIGN_IN = {"Type": "authenticate-oidc", "Order": 1}


@each_row(
    [
        (DISTRIBUTION, "DistributionConfig.Enabled", True, False, "interruption"),
        (DISTRIBUTION, "DistributionConfig.Enabled", False, True, "access"),
        (DISTRIBUTION, f"{BEHAVIOR}.ViewerProtocolPolicy", "redirect-to-https", "allow-all", "access"),
        (DISTRIBUTION, f"{BEHAVIOR}.ViewerProtocolPolicy", "allow-all", "https-only", "harmless"),
        (DISTRIBUTION, f"{BEHAVIOR}.AllowedMethods", ["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"], "harmless"),
        (DISTRIBUTION, f"{BEHAVIOR}.AllowedMethods", None, ["GET", "HEAD", "PUT"], "access"),
        (DISTRIBUTION, f"{BEHAVIOR}.TrustedKeyGroups", ["a"], None, "access"),
        (DISTRIBUTION, f"{BEHAVIOR}.TrustedKeyGroups", None, ["a"], "harmless"),
        (DISTRIBUTION, f"{BEHAVIOR}.ResponseHeadersPolicyId", {"Ref": "P"}, None, "access"),
        (DISTRIBUTION, f"{BEHAVIOR}.Compress", True, False, "cost"),
        (DISTRIBUTION, "DistributionConfig.Aliases", ["a"], [], "interruption"),
        (DISTRIBUTION, "DistributionConfig.WebACLId", "arn", None, "access"),
        (DISTRIBUTION, "DistributionConfig.WebACLId", None, "arn", "harmless"),
        (DISTRIBUTION, "DistributionConfig.Logging", {"Bucket": "b"}, None, "access"),
        (DISTRIBUTION, "DistributionConfig.PriceClass", "PriceClass_100", "PriceClass_All", "cost"),
        (DISTRIBUTION, "DistributionConfig.PriceClass", None, "PriceClass_100", "harmless"),
        (DISTRIBUTION, "DistributionConfig.DefaultRootObject", "index.html", None, "interruption"),
        (
            DISTRIBUTION,
            "DistributionConfig.ViewerCertificate",
            {"MinimumProtocolVersion": "TLSv1.2_2021"},
            {"MinimumProtocolVersion": "TLSv1"},
            "access",
        ),
        (
            DISTRIBUTION,
            "DistributionConfig.ViewerCertificate",
            {"MinimumProtocolVersion": "TLSv1_2016"},
            {"MinimumProtocolVersion": "TLSv1.2_2021"},
            "harmless",
        ),
        (
            DISTRIBUTION,
            "DistributionConfig.Origins",
            [{"Id": "a", "OriginAccessControlId": "x"}],
            [{"Id": "a"}],
            "interruption",
        ),
        (
            DISTRIBUTION,
            "DistributionConfig.Origins",
            [{"Id": "a"}, {"Id": "b"}],
            [{"Id": "b"}, {"Id": "a"}],
            "harmless",
        ),
        (
            DISTRIBUTION,
            "DistributionConfig.CacheBehaviors",
            [{"PathPattern": "/a", "ViewerProtocolPolicy": "https-only"}],
            [{"PathPattern": "/a", "ViewerProtocolPolicy": "allow-all"}],
            "access",
        ),
        (DISTRIBUTION, "DistributionConfig.CacheBehaviors", [{"PathPattern": "/a"}], None, "interruption"),
        (
            DISTRIBUTION,
            "DistributionConfig.Restrictions",
            {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE"]}},
            None,
            "access",
        ),
        (
            DISTRIBUTION,
            "DistributionConfig.Restrictions",
            None,
            {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE"]}},
            "interruption",
        ),
        ("AWS::CloudFront::ResponseHeadersPolicy", f"{HEADERS}.SecurityHeadersConfig", {"a": 1}, None, "access"),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            f"{HEADERS}.SecurityHeadersConfig.{CSP}",
            "default-src 'none'; script-src 'self'",
            "default-src 'none'; script-src 'self' 'unsafe-inline'",
            "access",
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            f"{HEADERS}.SecurityHeadersConfig.{CSP}",
            "default-src 'self'; img-src *",
            "default-src 'self'",
            "harmless",
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            f"{HEADERS}.SecurityHeadersConfig.{CSP}",
            "default-src 'self'; frame-ancestors 'none'",
            "default-src 'self'",
            "access",
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            f"{HEADERS}.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec",
            31536000,
            60,
            "access",
        ),
        ("AWS::CloudFront::ResponseHeadersPolicy", f"{HEADERS}.CorsConfig", None, {"a": 1}, "access"),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            f"{HEADERS}.CustomHeadersConfig",
            {"Items": [{"Header": "Permissions-Policy", "Value": "a"}]},
            {"Items": []},
            "access",
        ),
        (
            "AWS::CloudFront::OriginAccessControl",
            "OriginAccessControlConfig.SigningBehavior",
            "always",
            "never",
            "interruption",
        ),
        ("AWS::CloudFront::KeyGroup", "KeyGroupConfig.Items", ["a"], ["a", "b"], "access"),
        (BALANCER, "LoadBalancerAttributes", attribute("deletion_protection.enabled", "true"), None, "data-loss"),
        (BALANCER, "LoadBalancerAttributes", None, attribute("deletion_protection.enabled", "true"), "harmless"),
        (BALANCER, "LoadBalancerAttributes", attribute("access_logs.s3.enabled", "true"), [], "access"),
        (LISTENER, "SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08", "access"),
        (LISTENER, "SslPolicy", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-2021-06", "harmless"),
        (
            LISTENER,
            "SslPolicy",
            "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "access",
        ),
        (
            LISTENER,
            "SslPolicy",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "harmless",
        ),
        (
            LISTENER,
            "SslPolicy",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
            "access",
        ),
        (LISTENER, "Protocol", "HTTPS", "HTTP", "access"),
        (LISTENER, "DefaultActions", [SIGN_IN, FORWARD], [FORWARD], "access"),
        (LISTENER, "DefaultActions", [FORWARD], [SIGN_IN, FORWARD], "harmless"),
        (LISTENER, "DefaultActions", [FORWARD], [FORWARD | {"TargetGroupArn": "b"}], "interruption"),
        (LISTENER, "Port", 443, 8443, "interruption"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "HealthCheckEnabled", True, False, "interruption"),
        (ACL, "DefaultAction", {"Block": {}}, {"Allow": {}}, "access"),
        (ACL, "DefaultAction", {"Allow": {}}, {"Block": {}}, "interruption"),
        (ACL, "Rules", [acl_rule()], [], "access"),
        (ACL, "Rules", [], [acl_rule()], "harmless"),
        (ACL, "Rules", [acl_rule()], [acl_rule("Count")], "access"),
        (ACL, "Rules", [acl_rule("Count")], [acl_rule()], "harmless"),
        ("AWS::CloudTrail::Trail", "IsLogging", True, False, "access"),
        ("AWS::CloudTrail::Trail", "EnableLogFileValidation", False, True, "harmless"),
        ("AWS::CloudTrail::EventDataStore", "RetentionPeriod", 365, 7, "data-loss"),
        ("AWS::GuardDuty::Detector", "Enable", True, False, "access"),
        (
            "AWS::GuardDuty::Detector",
            "Features",
            [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}],
            [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}],
            "access",
        ),
        ("AWS::Macie::Session", "Status", "ENABLED", "PAUSED", "access"),
        ("AWS::Route53::RecordSet", "TTL", "300", "60", "harmless"),
        ("AWS::Route53::RecordSet", "ResourceRecords", ["1.1.1.1"], ["2.2.2.2"], "interruption"),
        ("AWS::Route53::RecordSet", "Weight", 10, 0, "interruption"),
        ("AWS::Route53::HostedZone", "VPCs", ["a"], ["a", "b"], "access"),
        ("AWS::GlobalAccelerator::Accelerator", "Enabled", True, False, "interruption"),
        ("AWS::CloudWatch::Dashboard", "DashboardBody", "a", "b", "harmless"),
    ],
)
def test_properties_of_guards_and_doors(kind: str, path: str, before: Any, after: Any, risk: str) -> None:
    assert judge(kind, path, before, after) == risk


@each_row(
    [
        ("remove", ALARM, {}, "access"),
        ("add", ALARM, {}, "harmless"),
        ("replace", ALARM, {}, "access"),
        ("remove", "AWS::CloudWatch::Dashboard", {}, "harmless"),
        ("remove", "AWS::WAFv2::WebACLAssociation", {}, "access"),
        ("add", ACL, {}, "cost"),
        ("remove", "AWS::CloudTrail::Trail", {}, "access"),
        ("remove", "AWS::CloudTrail::EventDataStore", {}, "data-loss"),
        ("remove", DISTRIBUTION, {}, "interruption"),
        ("add", DISTRIBUTION, {}, "access"),
        ("remove", "AWS::CloudFront::ResponseHeadersPolicy", {}, "access"),
        ("remove", "AWS::CloudFront::OriginAccessControl", {}, "interruption"),
        ("add", BALANCER, {}, "access"),
        ("add", BALANCER, {"Scheme": "internal"}, "cost"),
        ("remove", BALANCER, {}, "interruption"),
        (
            "add",
            LISTENER,
            {"Protocol": "HTTP", "DefaultActions": [{"RedirectConfig": {"Protocol": "HTTPS"}}]},
            "harmless",
        ),
        ("remove", "AWS::Route53::RecordSet", {"Type": "A"}, "interruption"),
        ("remove", "AWS::Route53::RecordSet", {"Type": "CAA"}, "access"),
        ("replace", "AWS::CertificateManager::Certificate", {}, "interruption"),
    ],
)
def test_guards_and_doors_that_come_and_go(action: str, kind: str, it: Any, risk: str) -> None:
    assert judge_whole(action, kind, it) == risk
