"""Rules for streams of records: Kinesis, Firehose and Kafka (MSK)."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, encrypted, groups, grown, kept, keyed, removed, replaced, sized
from tools.review.shapes import always, each, listed, number, ordered, present, switch
from tools.review.values import properties


def _shards(change: Change) -> Verdict | None:
    """Shards are counted only while the stream is provisioned."""
    modes = [(properties(side).get("StreamModeDetails") or {}).get("StreamMode") for side in (change.base, change.head)]
    if change.after is None and modes[1] == "ON_DEMAND":
        return harmless("shards are not counted where the stream scales by itself")
    return sized("shards")(change)


STREAM: dict[str, Rule] = {
    "RetentionPeriodHours": kept("each record", default=24),
    "ShardCount": _shards,
    "StreamModeDetails.StreamMode": ordered(
        ("PROVISIONED", "ON_DEMAND"),
        up=cost("the stream scales by itself, and is paid for by use and at rest"),
        down=interruption("records beyond the provisioned shards are throttled"),
        default="PROVISIONED",
    ),
    "StreamEncryption": present(
        added=harmless("records are encrypted at rest; readers and writers need a right to the key"),
        removed=access("records are no longer encrypted at rest"),
    ),
    "StreamEncryption.EncryptionType": encrypted("each record"),
    "StreamEncryption.KeyId": keyed("each record"),
    "DesiredShardLevelMetrics": listed(
        added=cost("each shard is measured more finely"),
        removed=access("shards are no longer measured as before, and alarms on them see nothing"),
    ),
    "MaxRecordSizeInKiB": number(
        up=harmless("larger records are taken"), down=interruption("larger records are refused"), default=1024
    ),
    "WarmThroughputMiBps": number(
        up=cost("more capacity is kept warm and paid for"), down=interruption("sudden load is throttled"), default=0
    ),
}

TARGETS = (
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "ExtendedS3DestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "IcebergDestinationConfiguration",
    "RedshiftDestinationConfiguration",
    "S3DestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "SplunkDestinationConfiguration",
)
ELSEWHERE = always(interruption("records are delivered to another place than their readers look at"))
TARGET: dict[str, Rule] = {
    "": present(
        added=interruption("records are delivered to another kind of place"),
        removed=data_loss("records are no longer delivered to this place"),
    ),
    ".BucketARN": ELSEWHERE,
    ".Prefix": ELSEWHERE,
    ".ErrorOutputPrefix": always(interruption("records that could not be delivered are found in another place")),
    ".FileExtension": ELSEWHERE,
    ".CustomTimeZone": ELSEWHERE,
    ".BufferingHints": always(harmless("only how many records are delivered together, and how soon")),
    ".CompressionFormat": always(interruption("readers find the records compressed in another way")),
    ".DataFormatConversionConfiguration": always(interruption("readers find the records in another format")),
    ".DynamicPartitioningConfiguration": always(interruption("readers find the records in other places")),
    ".ProcessingConfiguration": always(data_loss("records are changed or dropped by another function on their way")),
    ".S3BackupMode": ordered(
        (
            "Disabled",
            "FailedDataOnly",
            "FailedDocumentsOnly",
            "FailedEventsOnly",
            "AllData",
            "Enabled",
            "AllDocuments",
            "AllEvents",
        ),
        up=cost("more records are also kept in S3"),
        down=data_loss("records are no longer all kept in S3 as they came"),
    ),
    ".S3Configuration": present(
        added=cost("records are also kept in S3"),
        removed=data_loss("records that could not be delivered are kept nowhere"),
        changed=data_loss("records that could not be delivered are kept in another place or way"),
    ),
    ".S3BackupConfiguration": present(
        added=cost("records are also kept in S3 as they came"),
        removed=data_loss("records are no longer kept as they came"),
        changed=data_loss("records are kept as they came in another place or way"),
    ),
    ".RetryOptions.DurationInSeconds": number(
        up=harmless("delivery is tried longer before records are given up"),
        down=data_loss("records are given up earlier when their destination fails"),
    ),
    ".EncryptionConfiguration": altered(access("delivered records are encrypted with another key, or with none")),
    ".CloudWatchLoggingOptions": always(harmless("only where failures are logged")),
    ".CloudWatchLoggingOptions.Enabled": switch(
        on=harmless("failures of delivery are logged"), off=access("failures of delivery are no longer logged")
    ),
    ".RoleARN": always(interruption("delivery stops if the other role lacks a right")),
}
FIREHOSE: dict[str, Rule] = {
    **{f"{target}{path}": rule for target in TARGETS for path, rule in TARGET.items()},
    "DeliveryStreamEncryptionConfigurationInput": present(
        added=harmless("records are encrypted while they wait"),
        removed=access("records are no longer encrypted while they wait"),
    ),
    "DeliveryStreamEncryptionConfigurationInput.KeyARN": keyed("what waits for delivery"),
    "DeliveryStreamEncryptionConfigurationInput.KeyType": ordered(
        ("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"),
        up=harmless("the policy of a key of the account also decides who can read"),
        down=access("no key of the account guards the records any more"),
    ),
}

KAFKA: dict[str, Rule] = {
    "BrokerNodeGroupInfo.InstanceType": always(interruption("brokers restart one after another on other machines")),
    "BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.VolumeSize": grown("the storage of the brokers"),
    "BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.ProvisionedThroughput": always(
        cost("the throughput of the storage is provisioned otherwise")
    ),
    "BrokerNodeGroupInfo.SecurityGroups": groups("the brokers"),
    "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type": ordered(
        ("DISABLED", "SERVICE_PROVIDED_EIPS"),
        up=access("the brokers get addresses on the internet"),
        down=harmless("the brokers are reachable from inside the network only"),
        default="DISABLED",
    ),
    "BrokerNodeGroupInfo.ConnectivityInfo.VpcConnectivity": altered(access("other networks may reach the brokers")),
    "ClientAuthentication": present(
        added=harmless("clients have to prove who they are"),
        removed=access("clients need not prove who they are"),
    ),
    "ClientAuthentication.Unauthenticated.Enabled": switch(
        on=access("clients need not prove who they are"),
        off=interruption("clients that do not prove who they are get errors"),
    ),
    **each(
        altered(
            switch(
                on=access("clients can sign in by one more way"),
                off=interruption("clients that sign in by a removed way get errors"),
            )
        ),
        "ClientAuthentication.Sasl.Iam.Enabled",
        "ClientAuthentication.Sasl.Scram.Enabled",
        "ClientAuthentication.Tls.Enabled",
    ),
    "ClientAuthentication.Tls.CertificateAuthorityArnList": listed(
        added=access("certificates of one more authority are taken"),
        removed=interruption("clients with certificates of a removed authority get errors"),
    ),
    "ConfigurationInfo": always(data_loss("other settings of the brokers can shorten how long records are kept")),
    "EncryptionInfo.EncryptionInTransit.ClientBroker": ordered(
        ("PLAINTEXT", "TLS_PLAINTEXT", "TLS"),
        up=harmless("traffic between clients and brokers is encrypted"),
        down=access("traffic between clients and brokers may be unencrypted"),
        default="TLS",
    ),
    "EncryptionInfo.EncryptionInTransit.InCluster": switch(
        on=harmless("traffic between brokers is encrypted"),
        off=access("traffic between brokers is no longer encrypted"),
        default=True,
    ),
    "EnhancedMonitoring": ordered(
        ("DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"),
        up=cost("more is measured"),
        down=access("less is measured, and alarms on it see nothing"),
        default="DEFAULT",
    ),
    "KafkaVersion": always(interruption("brokers restart one after another with another version")),
    "LoggingInfo": present(
        added=cost("logs of the brokers are delivered"),
        removed=access("logs of the brokers are no longer delivered"),
        changed=access("logs of the brokers may no longer be delivered to the same place"),
    ),
    "NumberOfBrokerNodes": number(
        up=cost("more brokers are paid for"), down=data_loss("records on removed brokers go unless they were moved")
    ),
    "OpenMonitoring": always(harmless("only what can be measured by Prometheus")),
    "Rebalancing": always(harmless("only how partitions are spread")),
    "StorageMode": always(cost("records are kept in another tier of storage")),
}

PROPERTIES: PropertyRules = {
    "AWS::Kinesis::Stream": STREAM,
    "AWS::KinesisFirehose::DeliveryStream": FIREHOSE,
    "AWS::MSK::Cluster": KAFKA,
    "AWS::MSK::Configuration": {
        "ServerProperties": always(data_loss("other settings of the brokers can shorten how long records are kept")),
    },
    "AWS::MSK::Topic": {
        "Configs": always(data_loss("other settings of the topic can shorten how long records are kept")),
        "PartitionCount": sized("partitions"),
    },
    "AWS::MSK::BatchScramSecret": {
        "SecretArnList": listed(
            added=access("one more secret opens the cluster"),
            removed=interruption("clients with a removed secret get errors"),
        ),
    },
    "AWS::MSK::VpcConnection": {
        "SecurityGroups": groups(),
        "ClientSubnets": always(harmless("only where clients connect")),
    },
    "AWS::MSK::Replicator": {
        "ReplicationInfoList": always(data_loss("other topics are copied, or otherwise")),
    },
}
NO_CLIENT = "clients of the brokers get errors"
REMOVED: dict[str, Rule] = {
    "AWS::Kinesis::Stream": removed("the stream, with the records in it,"),
    "AWS::Kinesis::StreamConsumer": always(interruption("the consumer gets no records any more")),
    "AWS::KinesisFirehose::DeliveryStream": always(
        data_loss("records that wait can be lost, and what is sent afterwards is delivered nowhere")
    ),
    "AWS::MSK::Cluster": removed("the cluster, with the records in it,"),
    "AWS::MSK::ServerlessCluster": removed("the cluster, with the records in it,"),
    "AWS::MSK::Topic": removed("the topic, with the records in it,"),
    "AWS::MSK::BatchScramSecret": always(interruption(NO_CLIENT)),
    "AWS::MSK::VpcConnection": always(interruption(NO_CLIENT)),
    "AWS::MSK::Replicator": always(data_loss("topics are no longer copied to the other cluster")),
    "AWS::MSK::Configuration": always(harmless("only settings that no cluster uses any more go")),
}
REPLACED: dict[str, Rule] = {
    "AWS::Kinesis::Stream": replaced("the old stream, with the records in it,"),
    "AWS::Kinesis::StreamConsumer": always(interruption("the consumer gets no records until it reads as the new one")),
    "AWS::KinesisFirehose::DeliveryStream": always(data_loss("records that wait in the old stream can be lost")),
    "AWS::MSK::Cluster": replaced("the old cluster, with the records in it,"),
    "AWS::MSK::ServerlessCluster": replaced("the old cluster, with the records in it,"),
    "AWS::MSK::Topic": replaced("the old topic, with the records in it,"),
    "AWS::MSK::VpcConnection": always(interruption(NO_CLIENT)),
}
ADDED: dict[str, Rule] = {
    **each(
        always(cost("it is paid for by the hour, used or not")),
        "AWS::Kinesis::Stream",
        "AWS::Kinesis::StreamConsumer",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
    ),
    "AWS::KinesisFirehose::DeliveryStream": always(harmless("it costs only what it will deliver")),
    "AWS::MSK::BatchScramSecret": always(access("a secret opens the cluster")),
    "AWS::MSK::VpcConnection": always(access("one more network can reach the cluster")),
    "AWS::MSK::Replicator": always(cost("topics are copied to another cluster, and paid for")),
    "AWS::MSK::Topic": always(harmless("a new, empty topic")),
    "AWS::MSK::Configuration": always(harmless("only settings that no cluster uses yet")),
}
