"""Alarms and metrics of the emulator: from a line of a log or a full queue to the message that somebody gets."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sagemaker_local import settings
from support.emulated_functions import make_function, make_queue, queue_arn
from support.emulators import Emulator, eventually
from support.stacks import Stacks, outputs

pytestmark = pytest.mark.slow

CODE = """
import json, time
def handler(event, context):
    if event.get("raise"):
        raise ValueError("as asked")
    metrics = [{"Name": "Confidence", "Unit": "Percent"}]
    metric = {"Namespace": "Churn", "Dimensions": [["service", "stage"]], "Metrics": metrics}
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
                      "service": "worker", "stage": event["stage"], "Confidence": [event["value"], 90]}))
    print("{ no metric")
"""
FUNCTION = "measured"
Json = dict[str, Any]


def alarm(metric: str, namespace: str, dimensions: dict[str, str], **rules: Any) -> Json:
    """An alarm on the maximum of a metric of the last minute; without data it is quiet."""
    return {
        "MetricName": metric,
        "Namespace": namespace,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "Topic"}],
        "OKActions": [{"Ref": "Topic"}],
        **rules,
    }


def template() -> str:
    """A topic with a queue and a mail address behind it, alarms, a dashboard, and topics that CloudWatch cannot use."""
    may = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Resource": "*"}
    topic_policy = {"Version": "2012-10-17", "Statement": [{**may, "Action": "sns:Publish"}]}
    root = {"Effect": "Allow", "Principal": {"AWS": settings.ACCOUNT}, "Action": "kms:*", "Resource": "*"}
    uses = {**may, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    nobody = {**may, "Action": "sns:Publish", "Principal": {"Service": "events.amazonaws.com"}}
    calls, errors = ("Invocations", "m1"), ("Errors", "m2")
    names = [{"Name": "FunctionName", "Value": FUNCTION}]
    queries: list[Json] = [
        {
            "Id": identifier,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": names},
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for name, identifier in (calls, errors)
    ]
    queries.append({"Id": "rate", "Expression": "100 * m2 / m1", "ReturnData": True})
    rate = alarm("", "", {}, Threshold=50, Metrics=queries)
    for key in ("MetricName", "Namespace", "Dimensions", "Statistic", "Period"):
        del rate[key]
    full = alarm("ApproximateNumberOfMessagesVisible", "AWS/SQS", {"QueueName": "full"}, Period=10)
    resources = {
        "Key": (
            "AWS::KMS::Key",
            {"KeyPolicy": {"Version": "2012-10-17", "Statement": [root, uses]}, "EnableKeyRotation": True},
        ),
        "Topic": ("AWS::SNS::Topic", {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}),
        "TopicPolicy": ("AWS::SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": topic_policy}),
        "Queue": (
            "AWS::SNS::Subscription",
            {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": queue_arn("notified"),
                "RawMessageDelivery": True,
            },
        ),
        "Mail": (
            "AWS::SNS::Subscription",
            {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "somebody@example.com"},
        ),
        "Locked": ("AWS::SNS::Topic", {"KmsMasterKeyId": "alias/aws/sns"}),
        "LockedQueue": (
            "AWS::SNS::Subscription",
            {"TopicArn": {"Ref": "Locked"}, "Protocol": "sqs", "Endpoint": queue_arn("silent")},
        ),
        "Closed": ("AWS::SNS::Topic", {}),
        "ClosedPolicy": (
            "AWS::SNS::TopicPolicy",
            {"Topics": [{"Ref": "Closed"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [nobody]}},
        ),
        "ClosedQueue": (
            "AWS::SNS::Subscription",
            {"TopicArn": {"Ref": "Closed"}, "Protocol": "sqs", "Endpoint": queue_arn("silent")},
        ),
        "Full": ("AWS::CloudWatch::Alarm", {**full, "AlarmName": "full"}),
        "Muted": (
            "AWS::CloudWatch::Alarm",
            {**full, "AlarmName": "muted", "AlarmActions": [{"Ref": "Locked"}, {"Ref": "Closed"}], "OKActions": []},
        ),
        "Other": (
            "AWS::CloudWatch::Alarm",
            {**alarm("ApproximateNumberOfMessagesVisible", "AWS/SQS", {"QueueName": "silent"}), "AlarmName": "other"},
        ),
        "Unsure": (
            "AWS::CloudWatch::Alarm",
            {
                **alarm("Confidence", "Churn", {"service": "worker", "stage": "unsure"}),
                "AlarmName": "unsure",
                "Statistic": "Minimum",
                "ComparisonOperator": "LessThanThreshold",
                "Threshold": 50,
            },
        ),
        "Rate": ("AWS::CloudWatch::Alarm", {**rate, "AlarmName": "rate"}),
        "Board": ("AWS::CloudWatch::Dashboard", {"DashboardName": "churn", "DashboardBody": '{"widgets": []}'}),
    }
    described = {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in resources.items()}
    return json.dumps({"Resources": described, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}})


class Operations:
    """The stack of alarms, and the queue that gets their notifications."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.sqs, self.cloudwatch = emulator, emulator.client("sqs"), emulator.client("cloudwatch")
        self.full, self.notified = make_queue(emulator, "full"), make_queue(emulator, "notified")
        self.silent = make_queue(emulator, "silent")
        sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [sends]})
        for url in (self.notified, self.silent):
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        make_function(emulator, FUNCTION, CODE)
        made = Stacks(emulator).create("alarms", template())
        assert made["StackStatus"] == "CREATE_COMPLETE", made
        self.topic = outputs(made)["Topic"]

    def state(self, name: str) -> str:
        """The state of an alarm."""
        (found,) = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return str(found["StateValue"])

    def waits_for(self, name: str, state: str) -> Json:
        """Wait for the notification that an alarm is in that state; returns it."""
        found: list[Json] = []

        def received() -> bool:
            answer = self.sqs.receive_message(QueueUrl=self.notified, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.notified, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                if (body["AlarmName"], body["NewStateValue"]) == (name, state):
                    found.append(body)
            return bool(found)

        eventually(received)
        assert self.state(name) == state
        return found[0]

    def invoke(self, **event: Any) -> None:
        """Call the function."""
        self.emulator.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps(event))

    def statistics(self, namespace: str, metric: str, **dimensions: str) -> Json:
        """Sum, minimum, maximum and count of a metric in the last minutes."""
        now = datetime.now(tz=UTC)
        points = self.cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum", "Minimum", "Maximum", "SampleCount"],
        )["Datapoints"]
        return points[0] if points else {}


@pytest.fixture(scope="module")
def operations(emulator: Emulator) -> Iterator[Operations]:
    yield Operations(emulator)
    Stacks(emulator).delete("alarms")


def test_a_full_queue_goes_off_and_an_empty_one_calms_down(operations: Operations) -> None:
    eventually(lambda: operations.state("full") == "OK")
    operations.sqs.send_message(QueueUrl=operations.full, MessageBody="dead letter")
    notification = operations.waits_for("full", "ALARM")
    assert notification["OldStateValue"] == "OK"
    assert notification["Trigger"]["Dimensions"] == [{"Name": "QueueName", "Value": "full"}]
    assert operations.state("other") == "OK"  # another queue
    eventually(lambda: operations.state("muted") == "ALARM")
    time.sleep(0.5)
    assert "Messages" not in operations.sqs.receive_message(QueueUrl=operations.silent)
    age = operations.statistics("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName="full")
    assert age["Maximum"] > 0
    operations.sqs.purge_queue(QueueUrl=operations.full)
    operations.waits_for("full", "OK")


def test_metrics_in_lines_of_a_log_are_metrics(operations: Operations) -> None:
    operations.invoke(stage="sure", value=99.5)
    found = operations.statistics("Churn", "Confidence", service="worker", stage="sure")
    assert (found["SampleCount"], found["Maximum"], found["Minimum"], found["Unit"]) == (2, 99.5, 90, "Percent")
    assert operations.statistics("Churn", "Confidence", service="worker") == {}
    assert operations.state("unsure") != "ALARM"
    operations.invoke(stage="unsure", value=20)
    operations.waits_for("unsure", "ALARM")


def test_functions_measure_themselves_and_metric_math_knows_the_rate(operations: Operations) -> None:
    for failing in (False, True, True, True):
        operations.invoke(stage="x", value=1, **{"raise": failing})
    operations.waits_for("rate", "ALARM")
    before = operations.statistics("AWS/Lambda", "Invocations", FunctionName=FUNCTION)["Sum"]
    assert operations.statistics("AWS/Lambda", "Errors", FunctionName=FUNCTION)["Sum"] == 3
    assert operations.statistics("AWS/Lambda", "Duration", FunctionName=FUNCTION)["SampleCount"] == before
    assert operations.emulator.command("faults", f"lambda:{FUNCTION}", "throttle", "--count", "1").returncode == 0
    with pytest.raises(operations.emulator.client("lambda").exceptions.TooManyRequestsException):
        operations.invoke(stage="x", value=1)
    assert operations.statistics("AWS/Lambda", "Throttles", FunctionName=FUNCTION)["Sum"] == 1
    assert operations.statistics("AWS/Lambda", "Invocations", FunctionName=FUNCTION)["Sum"] == before


def test_topic_and_dashboard_are_there(operations: Operations) -> None:
    sns = operations.emulator.client("sns")
    found = sns.list_subscriptions_by_topic(TopicArn=operations.topic)["Subscriptions"]
    pending = {each["Protocol"]: each["SubscriptionArn"] for each in found}
    mail = sns.get_subscription_attributes(SubscriptionArn=pending["email"])["Attributes"]
    assert mail["PendingConfirmation"] == "true"
    assert pending["sqs"].startswith(operations.topic)
    assert ":key/" in sns.get_topic_attributes(TopicArn=operations.topic)["Attributes"]["KmsMasterKeyId"]
    assert operations.cloudwatch.get_dashboard(DashboardName="churn")["DashboardBody"] == '{"widgets": []}'


def test_an_endpoint_measures_its_calls(operations: Operations, serving: str) -> None:
    runtime = operations.emulator.client("sagemaker-runtime")
    runtime.invoke_endpoint(EndpointName=serving, ContentType="text/csv", Body=",".join(["0"] * 784))
    with pytest.raises(runtime.exceptions.ModelError):
        runtime.invoke_endpoint(EndpointName=serving, ContentType="application/json", Body="{}")
    names = {"EndpointName": serving, "VariantName": "AllTraffic"}
    assert operations.statistics("AWS/SageMaker", "Invocations", **names)["Sum"] >= 2
    assert operations.statistics("AWS/SageMaker", "Invocation4XXErrors", **names)["Maximum"] == 1
    latency = operations.statistics("AWS/SageMaker", "ModelLatency", **names)
    assert (latency["Unit"], latency["Minimum"] > 100) == ("Microseconds", True)


def test_an_api_measures_its_calls(operations: Operations) -> None:
    gateway = operations.emulator.client("apigateway")
    api = gateway.create_rest_api(name="measured-api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_method_response(**where, statusCode="500")
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 500}'})
    gateway.put_integration_response(**where, statusCode="500", selectionPattern="500")
    gateway.create_deployment(restApiId=api, stageName="v1")
    connection = http.client.HTTPConnection("127.0.0.1", operations.emulator.port)
    connection.request("GET", f"/_aws/execute-api/{api}/v1/")
    assert connection.getresponse().status == 500
    connection.close()
    for names in ({"ApiName": "measured-api"}, {"ApiName": "measured-api", "Stage": "v1"}):
        assert operations.statistics("AWS/ApiGateway", "Count", **names)["Sum"] == 1
        assert operations.statistics("AWS/ApiGateway", "5XXError", **names)["Sum"] == 1
        assert operations.statistics("AWS/ApiGateway", "4XXError", **names)["Sum"] == 0
        assert operations.statistics("AWS/ApiGateway", "Latency", **names)["Unit"] == "Milliseconds"
