"""Rules for catalogs of data: Glue, Athena, Lake Formation."""

from __future__ import annotations

from tools.review.change import PropertyRules, Rule, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, keyed
from tools.review.shapes import always, each, listed, number, ordered, present, switch

LOST = always(interruption("queries find the table in another place or form, or not at all"))
TABLE: dict[str, Rule] = {
    **described("TableInput.Description", "TableInput.Owner", "TableInput.Retention"),
    "TableInput.Parameters": LOST,
    "OpenTableFormatInput": LOST,
}
WORKGROUP: dict[str, Rule] = {
    "State": switch(
        on=harmless("queries are taken"), off=interruption("queries of the group are refused"), default=True
    ),
    "RecursiveDeleteOption": switch(
        on=data_loss("saved queries and the history go together with the group"),
        off=harmless("the group is not deleted while it holds saved queries"),
    ),
    "WorkGroupConfiguration.BytesScannedCutoffPerQuery": number(
        up=cost("a query may read, and cost, more"),
        down=interruption("queries that read more than the new limit are cancelled"),
        default=float("inf"),
    ),
    "WorkGroupConfiguration.EnforceWorkGroupConfiguration": switch(
        on=harmless("settings of the group hold for every query"),
        off=access("who queries may choose another place and encryption for results"),
        default=True,
    ),
    "WorkGroupConfiguration.EngineVersion": always(interruption("another engine runs queries, and may refuse some")),
    "WorkGroupConfiguration.EngineConfiguration": always(cost("queries get other machines")),
    "WorkGroupConfiguration.ExecutionRole": altered(access("queries run by another role")),
    "WorkGroupConfiguration.PublishCloudWatchMetricsEnabled": switch(
        on=harmless("queries are measured"),
        off=access("queries are no longer measured, and alarms on them see nothing"),
    ),
    "WorkGroupConfiguration.RequesterPaysEnabled": switch(
        on=cost("queries may read what the reader pays for"),
        off=interruption("queries of what the reader pays for fail"),
    ),
    "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration": present(
        added=harmless("results are encrypted"),
        removed=access("results are no longer encrypted as the group says"),
        changed=access("results are encrypted with another key"),
    ),
    "WorkGroupConfiguration.ResultConfiguration.OutputLocation": always(
        interruption("results go to another place than their readers look at")
    ),
    "WorkGroupConfiguration.ResultConfiguration.AclConfiguration": altered(access("others may read the results")),
    "WorkGroupConfiguration.ResultConfiguration.ExpectedBucketOwner": altered(
        access("results may go to a bucket of another account")
    ),
    "WorkGroupConfiguration.CustomerContentEncryptionConfiguration": present(
        added=harmless("what users write is encrypted with a key of the account"),
        removed=access("what users write is no longer encrypted with a key of the account"),
        changed=access("what users write is encrypted with another key"),
    ),
    "WorkGroupConfiguration.ManagedQueryResultsConfiguration": always(
        interruption("results are found in another place")
    ),
    "WorkGroupConfiguration.MonitoringConfiguration": altered(access("what queries log may no longer be kept")),
    "WorkGroupConfigurationUpdates": always(interruption("the group gets other settings, by an old way to write them")),
}
MORE_RIGHTS = always(access("somebody may do something else, or more, with the data"))
RIGHTS = listed(added=access("somebody may do more with the data"), removed=interruption("somebody is refused"))
PROPERTIES: PropertyRules = {
    "AWS::Glue::Table": TABLE,
    "AWS::Glue::Database": {
        "DatabaseInput.Description": always(harmless("only a description")),
        "DatabaseInput.Parameters": always(harmless("only notes about the database")),
        "DatabaseInput.LocationUri": always(interruption("new tables are kept in another place")),
        "DatabaseInput.CreateTableDefaultPermissions": MORE_RIGHTS,
        **each(
            always(interruption("queries find another database")),
            "DatabaseInput.FederatedDatabase",
            "DatabaseInput.TargetDatabase",
        ),
    },
    "AWS::Glue::DataCatalogEncryptionSettings": {
        "DataCatalogEncryptionSettings.EncryptionAtRest.CatalogEncryptionMode": ordered(
            ("DISABLED", "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"),
            up=harmless("the catalog is encrypted"),
            down=access("the catalog is no longer encrypted"),
            default="DISABLED",
        ),
        "DataCatalogEncryptionSettings.EncryptionAtRest.SseAwsKmsKeyId": keyed("the catalog"),
        "DataCatalogEncryptionSettings.EncryptionAtRest.CatalogEncryptionServiceRole": always(
            interruption("the catalog cannot be read if the other role lacks a right")
        ),
        "DataCatalogEncryptionSettings.ConnectionPasswordEncryption.KmsKeyId": keyed("each password"),
        "DataCatalogEncryptionSettings.ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted": switch(
            on=harmless("passwords are answered encrypted"), off=access("passwords are answered in plain text")
        ),
    },
    "AWS::Glue::Schema": {
        "Compatibility": always(interruption("versions of the schema that writers need may be refused")),
        "CheckpointVersion": always(harmless("only from which version compatibility is checked")),
    },
    "AWS::Glue::TableOptimizer": {
        "TableOptimizerConfiguration": always(data_loss("older states of the table may be deleted earlier")),
    },
    "AWS::Athena::WorkGroup": WORKGROUP,
    "AWS::Athena::DataCatalog": each(always(interruption("queries find other tables")), "Parameters", "Type"),
    "AWS::Athena::PreparedStatement": {
        "QueryStatement": always(interruption("callers of the statement get other results")),
    },
    "AWS::Athena::CapacityReservation": {
        "TargetDpus": number(up=cost("more capacity is paid for"), down=interruption("queries wait longer")),
        "CapacityAssignmentConfiguration": always(interruption("other groups get the capacity")),
    },
    "AWS::LakeFormation::DataLakeSettings": each(
        MORE_RIGHTS,
        "Admins",
        "AllowExternalDataFiltering",
        "AllowFullTableExternalDataAccess",
        "AuthorizedSessionTagValueList",
        "CreateDatabaseDefaultPermissions",
        "CreateTableDefaultPermissions",
        "ExternalDataFilteringAllowList",
        "MutationType",
        "Parameters",
        "ReadOnlyAdmins",
        "TrustedResourceOwners",
    ),
    "AWS::LakeFormation::Permissions": {
        **each(MORE_RIGHTS, "DataLakePrincipal", "Resource"),
        **each(RIGHTS, "Permissions", "PermissionsWithGrantOption"),
    },
    "AWS::LakeFormation::PrincipalPermissions": {
        **each(MORE_RIGHTS, "Principal", "Resource"),
        **each(RIGHTS, "Permissions", "PermissionsWithGrantOption"),
    },
    "AWS::LakeFormation::Resource": each(
        MORE_RIGHTS, "HybridAccessEnabled", "RoleArn", "UseServiceLinkedRole", "WithFederation"
    ),
    "AWS::LakeFormation::Tag": {"TagValues": RIGHTS},
}
GRANTS = ("AWS::LakeFormation::Permissions", "AWS::LakeFormation::PrincipalPermissions", "AWS::LakeFormation::Resource")
FILTERS = ("AWS::LakeFormation::DataCellsFilter", "AWS::LakeFormation::Tag", "AWS::LakeFormation::TagAssociation")
TABLES = ("AWS::Glue::Table", "AWS::Glue::Database", "AWS::Glue::Partition", "AWS::Athena::DataCatalog")
SCHEMAS = ("AWS::Glue::Registry", "AWS::Glue::Schema", "AWS::Glue::SchemaVersion")
SAVED = ("AWS::Athena::NamedQuery", "AWS::Glue::SchemaVersionMetadata", "AWS::Glue::DataQualityRuleset")
REMOVED: dict[str, Rule] = {
    **each(always(data_loss("the definition of the data leaves the catalog, and queries on it fail")), *TABLES),
    **each(always(data_loss("the versions of the schema go, and what is encoded by them may not be read")), *SCHEMAS),
    **each(always(harmless("only a saved query or note goes, the data stays")), *SAVED),
    **each(always(interruption("who had access by it is refused the data")), *GRANTS, *FILTERS),
    "AWS::LakeFormation::DataLakeSettings": MORE_RIGHTS,
    "AWS::Glue::DataCatalogEncryptionSettings": always(access("the catalog is no longer encrypted as it was")),
    "AWS::Glue::TableOptimizer": always(cost("files of the table are no longer merged or removed")),
    "AWS::Athena::WorkGroup": always(interruption("queries of the group fail")),
    "AWS::Athena::PreparedStatement": always(interruption("callers of the statement get errors")),
    "AWS::Athena::CapacityReservation": always(interruption("queries wait longer")),
}
REPLACED: dict[str, Rule] = {
    **each(always(data_loss("the definition of the data is made anew, without its partitions and versions")), *TABLES),
    **each(always(data_loss("the schema is made anew, without its older versions")), *SCHEMAS),
    **each(always(harmless("only a saved query or note is made anew, the data stays")), *SAVED),
    **each(MORE_RIGHTS, *GRANTS, *FILTERS),
    "AWS::Athena::WorkGroup": always(interruption("queries of the old group fail")),
}
ADDED: dict[str, Rule] = {
    **each(always(harmless("only a definition of data that lies elsewhere")), *TABLES),
    **each(always(harmless("only a definition that nobody uses yet")), *SCHEMAS, *SAVED),
    **each(MORE_RIGHTS, *GRANTS, *FILTERS),
    "AWS::LakeFormation::DataLakeSettings": MORE_RIGHTS,
    "AWS::Glue::DataCatalogEncryptionSettings": always(harmless("the catalog is encrypted as the template says")),
    "AWS::Glue::TableOptimizer": always(data_loss("older states or files of the table are deleted by themselves")),
    "AWS::Athena::WorkGroup": always(harmless("it costs only what will be queried")),
    "AWS::Athena::PreparedStatement": always(harmless("only a statement that nobody calls yet")),
    "AWS::Athena::CapacityReservation": always(cost("capacity is paid for by the hour")),
}
