"""Tables of DynamoDB from CloudFormation in the emulator, and Powertools' idempotency on one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError
from botocore.exceptions import ClientError

from sagemaker_local import settings
from support.emulators import Emulator, eventually
from support.stacks import Stacks, outputs

Json = dict[str, Any]


def template(*, lives: str | None = "expires", recovers: bool = True) -> str:
    """A table of either type, as the CDK writes TableV2 and Table."""
    shared: Json = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if lives:
        shared["TimeToLiveSpecification"] = {"AttributeName": lives, "Enabled": True}
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovers}}
    replica = {"Region": settings.REGION, "DeletionProtectionEnabled": True, **recovery}
    modern = {**shared, "Replicas": [replica], "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"}}
    plain = {**shared, **recovery, "SSESpecification": {"SSEEnabled": True}}
    resources = {
        "Modern": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": modern},
        "Plain": {"Type": "AWS::DynamoDB::Table", "Properties": plain},
    }
    return json.dumps({"Resources": resources, "Outputs": {name: {"Value": {"Ref": name}} for name in resources}})


class Tables:
    """The two tables of a stack."""

    def __init__(self, emulator: Emulator, names: dict[str, str]) -> None:
        self.client, self.names = emulator.client("dynamodb"), names

    def facts(self, name: str) -> tuple[Any, ...]:
        """Time to live, recovery, encryption and protection of a table."""
        table = self.names[name]
        lives = self.client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        backups = self.client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        described = self.client.describe_table(TableName=table)["Table"]
        return (
            lives.get("AttributeName"),
            lives["TimeToLiveStatus"],
            backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
            described["SSEDescription"]["Status"],
            described["DeletionProtectionEnabled"],
        )


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[Tables]:
    made = Stacks(emulator).create("tables", template())
    assert made["StackStatus"] == "CREATE_COMPLETE", made
    found = Tables(emulator, outputs(made))
    yield found
    found.client.update_table(TableName=found.names["Modern"], DeletionProtectionEnabled=False)
    Stacks(emulator).delete("tables")
    assert not [name for name in emulator.client("dynamodb").list_tables()["TableNames"] if name.startswith("tables-")]


def test_what_the_template_says_is_applied_and_changed_without_losing_an_item(
    tables: Tables, emulator: Emulator
) -> None:
    assert tables.facts("Modern") == ("expires", "ENABLED", "ENABLED", "ENABLED", True)
    assert tables.facts("Plain") == ("expires", "ENABLED", "ENABLED", "ENABLED", False)
    for name in tables.names.values():
        tables.client.put_item(TableName=name, Item={"id": {"S": "kept"}})
    updated = Stacks(emulator).update("tables", template(lives=None, recovers=False))
    assert updated["StackStatus"] == "UPDATE_COMPLETE"
    assert outputs(updated) == tables.names
    assert tables.facts("Modern") == (None, "DISABLED", "DISABLED", "ENABLED", True)
    assert tables.facts("Plain") == (None, "DISABLED", "DISABLED", "ENABLED", False)
    for name in tables.names.values():
        assert "Item" in tables.client.get_item(TableName=name, Key={"id": {"S": "kept"}})


def test_a_protected_table_stays_and_so_does_its_stack(tables: Tables, emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="protected against deletion"):
        tables.client.delete_table(TableName=tables.names["Modern"])
    stacks = Stacks(emulator)
    stacks.client.delete_stack(StackName="tables")
    eventually(lambda: stacks.settled("tables")["StackStatus"] == "DELETE_FAILED")
    assert tables.facts("Modern")[-1] is True


def test_powertools_does_things_once(emulator: Emulator) -> None:
    emulator.client("dynamodb").create_table(
        TableName="idempotency",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    session = boto3.session.Session(
        aws_access_key_id=settings.ROOT_ACCESS_KEY, aws_secret_access_key=settings.ROOT_SECRET_KEY
    )
    client = session.client("dynamodb", region_name=settings.REGION, endpoint_url=emulator.url)
    layer = DynamoDBPersistenceLayer("idempotency", key_attr="id", boto3_client=client)
    config, done = IdempotencyConfig(expires_after_seconds=60), list[str]()
    config.register_lambda_context(SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000))  # type: ignore[arg-type]

    @idempotent_function(data_keyword_argument="upload", persistence_store=layer, config=config)  # type: ignore[untyped-decorator]
    def work(*, upload: str) -> dict[str, str]:
        done.append(upload)
        if upload == "again":
            with pytest.raises(IdempotencyAlreadyInProgressError):
                work(upload=upload)
        if upload == "bad" and done.count("bad") == 1:
            raise ValueError(upload)
        return {"did": upload}

    assert [work(upload="one") for _ in range(3)] == [{"did": "one"}] * 3
    assert work(upload="again") == {"did": "again"}
    with pytest.raises(ValueError, match="bad"):
        work(upload="bad")
    assert work(upload="bad") == {"did": "bad"}
    assert done == ["one", "again", "bad", "bad"]


def test_a_policy_may_give_the_items_of_a_partition_only(emulator: Emulator) -> None:
    emulator.client("dynamodb").create_table(
        TableName="owned",
        AttributeDefinitions=[
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "job", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "job", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    condition: Json = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["anna"]}}
    condition["Null"] = {"dynamodb:LeadingKeys": "false"}  # for scans, which name none
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": f"arn:aws:dynamodb:{settings.REGION}:{settings.ACCOUNT}:table/owned",
        "Condition": condition,
    }
    iam = emulator.client("iam")
    iam.create_user(UserName="anna")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="anna", PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName="anna")["AccessKey"]
    anna = emulator.client("dynamodb", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def item(owner: str) -> Json:
        return {"owner": {"S": owner}, "job": {"S": "1"}}

    def query(owner: str) -> Json:
        found: Json = anna.query(
            TableName="owned",
            KeyConditionExpression="#o = :o",
            ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues={":o": {"S": owner}},
        )
        return found

    anna.put_item(TableName="owned", Item=item("anna"), ConditionExpression="attribute_not_exists(job)")
    with pytest.raises(anna.exceptions.ConditionalCheckFailedException):
        anna.put_item(TableName="owned", Item=item("anna"), ConditionExpression="attribute_not_exists(job)")
    assert anna.get_item(TableName="owned", Key=item("anna"))["Item"] == item("anna")
    assert query("anna")["Count"] == 1
    for refused in (
        lambda: anna.put_item(TableName="owned", Item=item("bert")),
        lambda: anna.get_item(TableName="owned", Key=item("bert")),
        lambda: query("bert"),
        lambda: anna.batch_get_item(RequestItems={"owned": {"Keys": [item("anna"), item("bert")]}}),
        lambda: anna.scan(TableName="owned"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()
