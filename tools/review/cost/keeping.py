"""What keeps data and passes messages on: buckets, tables, streams, queues, topics, databases, caches, search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.cost.assumptions import IDLE_POLLS_PER_MINUTE
from tools.review.cost.items import (
    MINUTES,
    Item,
    Missing,
    Part,
    Pricer,
    Resource,
    always,
    by_use,
    hourly,
    monthly_fee,
    number,
    resources_of,
)

DAY_HOURS = 24
WEEK_HOURS = 168


def _bucket(_: Resource) -> Iterator[Part]:
    yield from by_use("s3", "storage", "writes", "reads")


def _table(resource: Resource) -> Iterator[Part]:
    if resource.get("BillingMode") == "PAY_PER_REQUEST":
        yield from by_use("dynamodb", "writes", "reads")
    else:
        indexes = [index for index in resource.items("GlobalSecondaryIndexes") if isinstance(index, Mapping)]
        for whole in (resource.properties, *indexes):
            throughput = whole.get("ProvisionedThroughput", {})
            for name in ("Read", "Write"):
                units = number(throughput.get(f"{name}CapacityUnits", 0))
                yield from hourly("dynamodb", f"{name.lower()} capacity unit", units)
    yield from by_use("dynamodb", "storage")


def _global_table(resource: Resource) -> Iterator[Part]:
    if resource.get("BillingMode") == "PAY_PER_REQUEST":
        yield from by_use("dynamodb", "writes", "reads", "storage")
    else:
        yield Missing("provisioned capacity of a global table")


def _stream(resource: Resource) -> Iterator[Part]:
    hours = resource.figure("RetentionPeriodHours", DAY_HOURS)
    if resource.get("StreamModeDetails.StreamMode") == "ON_DEMAND":
        yield from hourly("kinesis", "on-demand stream")
        yield from by_use("kinesis", "data in", "data out")
    else:
        shards = resource.figure("ShardCount", 1)
        yield from hourly("kinesis", "shard", shards)
        yield from by_use("kinesis", "records of 25 KB")
        if hours is not None and hours > DAY_HOURS:
            yield from hourly("kinesis", "shard kept 1 to 7 days", shards)
    if hours is None or hours > WEEK_HOURS:
        yield Missing("records that are kept longer than seven days")


def _consumer(_: Resource) -> Iterator[Part]:
    yield Missing("fan-out to a consumer, by shard and gigabyte")


def _queue(resource: Resource) -> Iterator[Part]:
    yield from by_use("sqs", "FIFO requests" if resource.get("FifoQueue") in (True, "true") else "requests")


def _mapping(resource: Resource) -> Iterator[Part]:
    """What reads a queue for a function asks it all the time; reading streams costs nothing here."""
    if resource.get("ProvisionedPollerConfig") is not None:
        yield Missing("provisioned pollers of an event source")
    elif _is_queue(resource, resource.get("EventSourceArn")):
        yield Item("sqs", "requests", always(IDLE_POLLS_PER_MINUTE * MINUTES), "asking an empty queue")


def _is_queue(resource: Resource, source: Any) -> bool:
    if isinstance(source, Mapping) and isinstance(source.get("Fn::GetAtt"), list):
        found = resources_of(resource.template).get(str(source["Fn::GetAtt"][0]), {})
        return found.get("Type") == "AWS::SQS::Queue"
    return ":sqs:" in str(source)


def _topic(_: Resource) -> Iterator[Part]:
    yield from by_use("sns", "requests")


def _bus(_: Resource) -> Iterator[Part]:
    yield from by_use("events", "custom events")


def _schedule(_: Resource) -> Iterator[Part]:
    yield from by_use("events", "scheduled invocations")


def _state_machine(resource: Resource) -> Iterator[Part]:
    if resource.get("StateMachineType") == "EXPRESS":
        yield Missing("requests and duration of an express state machine")
    else:
        yield from by_use("states", "state transitions")


def _database(resource: Resource) -> Iterator[Part]:
    engine, kind = str(resource.get("Engine", "")), resource.get("DBInstanceClass")
    if kind == "db.serverless":
        return  # its cluster says how many capacity units there are
    if engine.startswith(("oracle", "sqlserver", "db2", "docdb", "neptune", "custom")):
        yield Missing(f"{kind} with {engine}")
        return
    aurora = engine.startswith("aurora") or resource.get("DBClusterIdentifier") is not None
    zones = 2 if resource.get("MultiAZ") in (True, "true") else 1
    yield from hourly("aurora" if aurora else "rds", kind, zones)
    if not aurora:
        yield from _storage(resource, zones)


def _storage(resource: Resource, zones: int) -> Iterator[Part]:
    size = resource.figure("AllocatedStorage", 0)
    kind = resource.get("StorageType", "gp2")
    yield from monthly_fee("rds", f"storage {kind}", None if size is None else size * zones)
    if resource.get("Iops") is not None and str(kind).startswith("io"):
        yield Missing("provisioned IOPS of a database")


def _cluster(resource: Resource) -> Iterator[Part]:
    scaling = resource.get("ServerlessV2ScalingConfiguration")
    if isinstance(scaling, Mapping):
        yield from hourly("aurora", "ACU", number(scaling.get("MinCapacity", 0.5)), text="least capacity units")
    if str(resource.get("Engine", "")).startswith("aurora"):
        yield from by_use("aurora", "storage")
    elif resource.get("DBClusterInstanceClass") is not None:
        yield from hourly("rds", resource.get("DBClusterInstanceClass"), 3)
        yield from _storage(resource, 3)


def _replication_group(resource: Resource) -> Iterator[Part]:
    groups = resource.figure("NumNodeGroups", 1)
    replicas = resource.figure("ReplicasPerNodeGroup", 0)
    counted = None if groups is None or replicas is None else groups * (1 + replicas)
    nodes = resource.figure("NumCacheClusters", 0) if resource.get("NumCacheClusters") is not None else counted
    yield from hourly("elasticache", resource.get("CacheNodeType"), nodes)


def _cache_cluster(resource: Resource) -> Iterator[Part]:
    yield from hourly("elasticache", resource.get("CacheNodeType"), resource.figure("NumCacheNodes", 1))


def _search(resource: Resource) -> Iterator[Part]:
    config = resource.get("ClusterConfig", resource.get("ElasticsearchClusterConfig", {}))
    count = number(config.get("InstanceCount", 1))
    yield from hourly("opensearch", _search_type(config.get("InstanceType", "m4.large.search")), count)
    if config.get("DedicatedMasterEnabled") in (True, "true"):
        masters = number(config.get("DedicatedMasterCount", 3))
        yield from hourly("opensearch", _search_type(config.get("DedicatedMasterType")), masters)
    if config.get("WarmEnabled") in (True, "true"):
        yield from hourly("opensearch", _search_type(config.get("WarmType")), number(config.get("WarmCount", 2)))
    size = resource.figure("EBSOptions.VolumeSize", 0)
    disk = f"storage {resource.get('EBSOptions.VolumeType', 'gp2')}"
    yield from monthly_fee("opensearch", disk, None if size is None or count is None else size * count)


def _search_type(name: Any) -> Any:
    return name.replace(".elasticsearch", ".search") if isinstance(name, str) else name


def _redshift(resource: Resource) -> Iterator[Part]:
    yield from hourly("redshift", resource.get("NodeType"), resource.figure("NumberOfNodes", 1))


def _kafka(resource: Resource) -> Iterator[Part]:
    kind = resource.get("BrokerNodeGroupInfo.InstanceType")
    yield from hourly("msk", kind, resource.figure("NumberOfBrokerNodes", 1))
    yield Missing("storage of brokers")


def _repository(_: Resource) -> Iterator[Part]:
    yield from by_use("ecr", "storage")


def _file_system(_: Resource) -> Iterator[Part]:
    yield from by_use("efs", "storage")


PRICERS: Mapping[str, Pricer] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    "AWS::DynamoDB::GlobalTable": _global_table,
    "AWS::Kinesis::Stream": _stream,
    "AWS::Kinesis::StreamConsumer": _consumer,
    "AWS::SQS::Queue": _queue,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::SNS::Topic": _topic,
    "AWS::Events::EventBus": _bus,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _state_machine,
    "AWS::RDS::DBInstance": _database,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::ElastiCache::ReplicationGroup": _replication_group,
    "AWS::ElastiCache::CacheCluster": _cache_cluster,
    "AWS::OpenSearchService::Domain": _search,
    "AWS::Elasticsearch::Domain": _search,
    "AWS::Redshift::Cluster": _redshift,
    "AWS::MSK::Cluster": _kafka,
    "AWS::ECR::Repository": _repository,
    "AWS::EFS::FileSystem": _file_system,
}
