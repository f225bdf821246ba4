"""Attributes of load balancers and target groups, and how targets are judged."""

from __future__ import annotations

from collections.abc import Mapping

from tools.review.change import Rule, access, data_loss, harmless, interruption
from tools.review.shapes import always, number, ordered, switch

PROTECTION = switch(
    on=harmless("the load balancer can no longer be deleted by mistake"),
    off=data_loss("the load balancer is no longer protected against deletion"),
)
ACCESS_LOGS = switch(on=harmless("requests are recorded"), off=access("requests are no longer recorded"))


ALB_ATTRIBUTES: Mapping[str, Rule] = {
    "deletion_protection.enabled": PROTECTION,
    "access_logs.s3.enabled": ACCESS_LOGS,
    "access_logs.s3.bucket": always(access("requests are recorded elsewhere")),
    "access_logs.s3.prefix": always(harmless("only the prefix of the logs changes")),
    "connection_logs.s3.enabled": switch(
        on=harmless("connections are recorded"), off=access("connections are no longer recorded")
    ),
    "connection_logs.s3.bucket": always(access("connections are recorded elsewhere")),
    "connection_logs.s3.prefix": always(harmless("only the prefix of the logs changes")),
    "health_check_logs.s3.enabled": always(harmless("only whether health checks are recorded")),
    "health_check_logs.s3.bucket": always(harmless("only where health checks are recorded")),
    "health_check_logs.s3.prefix": always(harmless("only where health checks are recorded")),
    "routing.http.drop_invalid_header_fields.enabled": switch(
        on=harmless("headers that are not valid are dropped"),
        off=access("headers that are not valid reach the targets, which may understand them differently"),
    ),
    "routing.http.desync_mitigation_mode": ordered(
        ["monitor", "defensive", "strictest"],
        up=harmless("more requests that are not clear are refused"),
        down=access("requests that are not clear reach the targets, which may understand them differently"),
        default="defensive",
    ),
    "waf.fail_open.enabled": switch(
        on=access("requests pass unchecked when the firewall does not answer"),
        off=harmless("no request passes unchecked"),
    ),
    "idle_timeout.timeout_seconds": number(
        up=harmless("connections may be quiet for longer"),
        down=interruption("requests that are quiet for longer are cut off"),
        default=60,
    ),
    "client_keep_alive.seconds": always(harmless("connections are only renewed more or less often")),
    "routing.http2.enabled": switch(
        on=harmless("clients may use HTTP/2"),
        off=interruption("clients that speak HTTP/2 only, such as gRPC, are refused"),
        default=True,
    ),
    "load_balancing.cross_zone.enabled": always(harmless("requests are only spread over the zones differently")),
    "zonal_shift.config.enabled": always(harmless("only whether a zone may be taken out by hand")),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": always(
        harmless("targets are only told how the client connected")
    ),
    "routing.http.preserve_host_header.enabled": always(interruption("targets see another host name")),
    "routing.http.xff_client_port.enabled": always(harmless("targets are only told the client's port")),
    "routing.http.xff_header_processing.mode": always(access("targets may be told another address of the client")),
    "ipv6.deny_all_igw_traffic": switch(
        on=interruption("nobody comes in from the internet by IPv6"), off=access("IPv6 is open to the internet")
    ),
    "dns_record.client_routing_policy": always(harmless("callers are only sent to other zones")),
}


HEALTH: Mapping[str, Rule] = {
    "HealthCheckEnabled": switch(
        on=harmless("targets that do not answer are taken out"),
        off=interruption("targets that do not answer stay in and callers see their errors"),
        default=True,
    ),
    "HealthCheckPath": always(interruption("targets that do not answer at the other path are taken out")),
    "HealthCheckPort": always(interruption("targets that do not answer at the other port are taken out")),
    "HealthCheckProtocol": always(interruption("targets that do not answer by the other protocol are taken out")),
    "Matcher": always(interruption("targets whose answer is not among the expected are taken out")),
    "HealthCheckIntervalSeconds": always(harmless("targets are only asked more or less often")),
    "HealthyThresholdCount": always(harmless("targets only come back sooner or later")),
    "UnhealthyThresholdCount": number(
        up=harmless("targets that do not answer are taken out later"),
        down=harmless("targets that do not answer are taken out sooner"),
    ),
    "HealthCheckTimeoutSeconds": number(
        up=harmless("targets have longer to answer"),
        down=interruption("targets that take longer to answer are taken out"),
    ),
}
TARGET_ATTRIBUTES: Mapping[str, Rule] = {
    "deregistration_delay.timeout_seconds": number(
        up=harmless("requests have longer to end when a target leaves"),
        down=interruption("requests that take longer are cut off when a target leaves"),
        default=300,
    ),
    "stickiness.enabled": switch(
        on=harmless("callers stay with one target"),
        off=interruption("callers lose the target that knows their session"),
    ),
}
