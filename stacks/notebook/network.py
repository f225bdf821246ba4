"""A network without a way to the internet for the notebook instance: one subnet, and endpoints of the services it asks.

Written with the resources themselves: the CDK's own VPC looks up availability zones, which needs an account.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.notebook.role import NotebookTargets
from stacks.notebook.settings import IsolatedVpc
from stacks.settings import Settings
from stacks.shared.log_group import make_log_group

INTERFACE_SERVICES = ("logs", "sagemaker.api", "sagemaker.runtime", "ssm")
"""Names after `com.amazonaws.REGION.`. Not `execute-api`: it leads to private APIs only, never to a regional one.

https://repost.aws/knowledge-center/api-gateway-vpc-connections
"""


class NotebookNetwork(Construct):
    """The VPC, its one subnet, the security group of the notebook, and the endpoints.

    Parameters
    ----------
    settings
        The environment: how long flow logs are kept.
    place
        Its addresses and its zone.
    role
        The notebook's role, the only one that the endpoints permit.
    targets, files_arn
        What it may reach in S3.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        place: IsolatedVpc,
        role: iam.IRole,
        targets: NotebookTargets,
        files_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        cidr = place.cidr
        self._role = role
        self._vpc = ec2.CfnVPC(self, "Vpc", cidr_block=cidr, enable_dns_hostnames=True, enable_dns_support=True)
        # By its number: not every account has zones of the same names.
        zone = cdk.Fn.select(place.zone, cdk.Fn.get_azs())
        self.subnet = ec2.CfnSubnet(
            self, "Subnet", vpc_id=self._vpc.ref, cidr_block=cidr, availability_zone=zone, map_public_ip_on_launch=False
        )
        table = ec2.CfnRouteTable(self, "Routes", vpc_id=self._vpc.ref)
        ec2.CfnSubnetRouteTableAssociation(self, "SubnetRoutes", route_table_id=table.ref, subnet_id=self.subnet.ref)
        self.security_group, endpoints = self._security_groups(cidr)
        self._reach_s3(table, [targets.bucket.bucket_arn, targets.bucket.arn_for_objects("*"), files_arn])
        for service in INTERFACE_SERVICES:
            self._reach(service, endpoints)
        self._log_refusals(settings)

    def _security_groups(self, cidr: str) -> tuple[ec2.CfnSecurityGroup, ec2.CfnSecurityGroup]:
        """Of the notebook, which may only speak HTTPS, and of the endpoints, which only the subnet may speak to."""
        https: dict[str, Any] = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
        notebook = ec2.CfnSecurityGroup(
            self,
            "NotebookGroup",
            vpc_id=self._vpc.ref,
            group_description="Notebook instance: HTTPS to the endpoints of the network, and nothing in",
            # S3 has public addresses, which the gateway endpoint routes; there is no route to any other.
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(**https, cidr_ip="0.0.0.0/0", description="S3 and the endpoints")
            ],
        )
        endpoints = ec2.CfnSecurityGroup(
            self,
            "EndpointsGroup",
            vpc_id=self._vpc.ref,
            group_description="Endpoints of AWS services: HTTPS from the subnet, and nothing out",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(**https, cidr_ip=cidr, description="The notebook instance")
            ],
            security_group_egress=[
                # Without a rule there would be one that allows everything.
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="icmp", from_port=252, to_port=86, cidr_ip="255.255.255.255/32", description="Nothing"
                )
            ],
        )
        return notebook, endpoints

    def _reach_s3(self, table: ec2.CfnRouteTable, resources: list[str]) -> None:
        policy = self._policy(["s3:GetObject", "s3:ListBucket", "s3:PutObject"], resources)
        ec2.CfnVPCEndpoint(
            self,
            "S3",
            vpc_id=self._vpc.ref,
            service_name=self._service("s3"),
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.ref],
            policy_document=policy,
        )

    def _reach(self, service: str, group: ec2.CfnSecurityGroup) -> None:
        ec2.CfnVPCEndpoint(
            self,
            "".join(part.capitalize() for part in service.split(".")),
            vpc_id=self._vpc.ref,
            service_name=self._service(service),
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[self.subnet.ref],
            security_group_ids=[group.attr_group_id],
            policy_document=self._policy([f"{service.partition('.')[0]}:*"], ["*"]),
        )

    def _policy(self, actions: list[str], resources: list[str]) -> iam.PolicyDocument:
        """Nobody but the role of the notebook; what it may do is in its own policy."""
        statement = iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=actions,
            resources=resources,
            conditions={"ArnEquals": {"aws:PrincipalArn": self._role.role_arn}},
        )
        return iam.PolicyDocument(statements=[statement])

    def _service(self, name: str) -> str:
        return f"com.amazonaws.{cdk.Stack.of(self).region}.{name}"

    def _log_refusals(self, settings: Settings) -> None:
        """Keep what was refused: a notebook that asks for what it cannot reach is worth a look."""
        group: logs.LogGroup = make_log_group(self, "FlowLogs", settings)
        role = iam.Role(
            self,
            "FlowLogRole",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            ),
            inline_policies={
                "logs": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                            resources=[group.log_group_arn],
                        )
                    ]
                )
            },
        )
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self._vpc.ref,
            resource_type="VPC",
            traffic_type="REJECT",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        )
