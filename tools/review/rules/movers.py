"""Rules for what moves data, or keeps it beside the large stores: DMS, DataSync, indexes for search."""

from __future__ import annotations

from tools.review.change import PropertyRules, Rule, access, cost, data_loss, harmless, interruption
from tools.review.databases import INSTANCE_CLASS, SHARED
from tools.review.holders import altered, described, groups, keyed, protected, reachable, removed, replaced, sized
from tools.review.shapes import always, each, number, present, switch

LOST_ROLE = always(interruption("it stops if the other role lacks a right"))
COPIED = always(data_loss("other data is copied than before, or deleted where it is copied to"))
ELSEWHERE = always(interruption("data comes from another place, or goes to one"))
TIMED = always(interruption("data is copied at other times, or no longer by itself"))
ENGINES = (
    "DocDb",
    "DynamoDb",
    "Elasticsearch",
    "GcpMySQL",
    "IbmDb2",
    "Kafka",
    "Kinesis",
    "MicrosoftSqlServer",
    "MongoDb",
    "MySql",
    "Neptune",
    "Oracle",
    "PostgreSql",
    "Redis",
    "Redshift",
    "S3",
    "Sybase",
)
"""The kinds of databases and places that DMS copies from or to, as the names of their settings begin."""
REPLICATION_MACHINE: dict[str, Rule] = {
    "AllocatedStorage": number(up=cost("more storage is paid for"), down=interruption("copying stops when it is full")),
    "EngineVersion": always(interruption("copying stops while the machine changes to another version")),
    "MultiAZ": switch(on=cost("a second machine stands by"), off=interruption("no machine stands by")),
    "PubliclyAccessible": reachable(),
    "ReplicationInstanceClass": always(interruption("copying stops while the machine is changed")),
    "VpcSecurityGroupIds": groups("the machine that copies"),
    **described("AllowMajorVersionUpgrade", "AutoMinorVersionUpgrade", "NetworkType", "PreferredMaintenanceWindow"),
}
PROPERTIES: PropertyRules = {
    "AWS::DMS::ReplicationInstance": REPLICATION_MACHINE,
    "AWS::DMS::ReplicationTask": {
        "TableMappings": COPIED,
        **each(COPIED, "ReplicationTaskSettings", "TaskData"),
        **each(COPIED, "CdcStartPosition", "CdcStartTime", "CdcStopPosition"),
    },
    "AWS::DMS::ReplicationConfig": {
        **each(COPIED, "ReplicationSettings", "ReplicationType", "SupplementalSettings", "TableMappings"),
        **each(ELSEWHERE, "SourceEndpointArn", "TargetEndpointArn"),
        "ComputeConfig.MaxCapacityUnits": sized("capacity at most"),
        "ComputeConfig.MinCapacityUnits": sized("capacity at least"),
        "ComputeConfig.MultiAZ": REPLICATION_MACHINE["MultiAZ"],
        "ComputeConfig.VpcSecurityGroupIds": groups("the machine that copies"),
    },
    "AWS::DMS::Endpoint": {
        **each(
            ELSEWHERE, "DatabaseName", "EndpointType", "EngineName", "ExtraConnectionAttributes", "Port", "ServerName"
        ),
        **each(always(interruption("copying stops if the other login is refused")), "Password", "Username"),
        **each(
            always(interruption("data is read, or written, in another way or with another login")),
            *(f"{engine}Settings" for engine in ENGINES),
        ),
        "SslMode": altered(access("the connection to the database may be unencrypted")),
        "CertificateArn": altered(access("another certificate of the database is trusted")),
    },
    "AWS::DataSync::Task": {
        **each(COPIED, "Excludes", "Includes", "ManifestConfig", "Options"),
        "Schedule": TIMED,
        "CloudWatchLogGroupArn": present(
            added=harmless("copying is logged"),
            removed=access("copying is no longer logged"),
            changed=altered(access("copying is logged to another place")),
        ),
        "TaskReportConfig": always(harmless("only the reports of copying")),
    },
    "AWS::AppFlow::Flow": {
        **each(COPIED, "DestinationFlowConfigList", "SourceFlowConfig", "Tasks"),
        **each(TIMED, "FlowStatus", "TriggerConfig"),
        "MetadataCatalogConfig": always(harmless("only what the catalog says of the data")),
    },
    "AWS::OSIS::Pipeline": {
        "PipelineConfigurationBody": always(data_loss("records are changed, dropped or delivered otherwise")),
        "BufferOptions.PersistentBufferEnabled": switch(
            on=cost("records are kept until they are delivered"), off=data_loss("records that wait can be lost")
        ),
        "LogPublishingOptions": altered(access("failures may no longer be logged")),
        "MaxUnits": sized("capacity at most"),
        "MinUnits": sized("capacity at least"),
        "PipelineRoleArn": LOST_ROLE,
        "VpcOptions": altered(access("the pipeline is reached from elsewhere")),
        "EncryptionAtRestOptions.KmsKeyArn": keyed("what waits for delivery"),
    },
    "AWS::DSQL::Cluster": {
        "DeletionProtectionEnabled": protected("the database", default=True),
        "KmsEncryptionKey": keyed("the database"),
        "MultiRegionProperties": always(data_loss("a region may keep no copy any more")),
    },
    "AWS::DocDB::GlobalCluster": {
        "DeletionProtection": protected("the database"),
        "EngineVersion": SHARED["EngineVersion"],
    },
    "AWS::NeptuneGraph::Graph": {
        "DeletionProtection": protected("the graph"),
        "ProvisionedMemory": sized("memory"),
        "PublicConnectivity": reachable(),
    },
    "AWS::Kendra::Index": {
        "CapacityUnits": always(cost("capacity is paid for otherwise")),
        "DocumentMetadataConfigurations": always(interruption("documents are found otherwise")),
        "Edition": INSTANCE_CLASS,
        "RoleArn": LOST_ROLE,
        **each(altered(access("users may find other documents")), "UserContextPolicy", "UserTokenConfigurations"),
    },
    "AWS::Bedrock::KnowledgeBase": {
        "RoleArn": LOST_ROLE,
        "KnowledgeBaseConfiguration": always(data_loss("documents may have to be indexed anew")),
    },
    "AWS::Bedrock::DataSource": {
        "DataDeletionPolicy": always(data_loss("what was indexed may be deleted together with the source")),
        "DataSourceConfiguration": always(data_loss("other documents are indexed, and some no longer")),
        "VectorIngestionConfiguration": always(interruption("documents are indexed, and found, otherwise")),
        "ServerSideEncryptionConfiguration": altered(access("documents are encrypted with another key meanwhile")),
    },
    "AWS::SecretsManager::ResourcePolicy": {
        "BlockPublicPolicy": switch(
            on=harmless("a policy that lets everybody read the secret is refused"),
            off=access("a policy that lets everybody read the secret is taken"),
            default=True,
        ),
    },
}


HELD = (
    "AWS::Bedrock::KnowledgeBase",
    "AWS::DSQL::Cluster",
    "AWS::HealthLake::FHIRDatastore",
    "AWS::Kendra::Index",
    "AWS::NeptuneGraph::Graph",
    "AWS::NeptuneGraph::GraphSnapshot",
)
MOVERS = (
    "AWS::AppFlow::Flow",
    "AWS::DMS::Endpoint",
    "AWS::DMS::ReplicationConfig",
    "AWS::DMS::ReplicationInstance",
    "AWS::DMS::ReplicationTask",
    "AWS::DataSync::Task",
)
REMOVED: dict[str, Rule] = {
    **each(removed("what is kept or indexed here"), *HELD),
    **each(always(interruption("data is no longer copied")), *MOVERS),
    "AWS::OSIS::Pipeline": always(data_loss("records that wait can be lost, and later ones are delivered nowhere")),
    "AWS::DocDB::GlobalCluster": always(data_loss("the database is no longer copied to other regions")),
    "AWS::Bedrock::DataSource": always(data_loss("what was indexed from the source may be deleted")),
    "AWS::NeptuneGraph::PrivateGraphEndpoint": always(
        interruption("callers inside the network no longer reach the graph")
    ),
}
REPLACED: dict[str, Rule] = {
    **each(replaced("what was kept or indexed in the old one"), *HELD),
    **each(
        always(interruption("data is not copied until the new one runs, and may be copied again from the beginning")),
        *MOVERS,
    ),
    "AWS::OSIS::Pipeline": always(data_loss("records that wait in the old pipeline can be lost")),
    "AWS::DocDB::GlobalCluster": always(data_loss("the database is copied anew to other regions")),
    "AWS::Bedrock::DataSource": always(data_loss("what was indexed from the old source may be deleted")),
}
ADDED: dict[str, Rule] = {
    **each(always(cost("it is paid for by the hour, or by what it holds")), *HELD),
    **each(always(cost("data is copied, and paid for")), *MOVERS),
    "AWS::OSIS::Pipeline": always(cost("it is paid for by the hour")),
    "AWS::DocDB::GlobalCluster": always(cost("the database is copied to other regions")),
    "AWS::Bedrock::DataSource": always(cost("documents are indexed, and paid for")),
    "AWS::NeptuneGraph::PrivateGraphEndpoint": always(access("the graph can be reached from one more network")),
}
