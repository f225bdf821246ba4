"""A notebook instance with the repository's notebook in it: no root, no open network, stopped when nobody uses it.

What it may do is in `notebook_role`, how it reaches AWS in `notebook_network`, what it does when it starts in
`notebook_scripts`.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.notebook.archive import make_notebook_archive
from stacks.notebook.network import NotebookNetwork
from stacks.notebook.role import NotebookTargets, make_notebook_role
from stacks.notebook.scripts import ScriptValues, on_create_script, on_start_script
from stacks.notebook.settings import IsolatedVpc, NotebookSettings
from stacks.settings import Settings

PLATFORM = "notebook-al2023-v1"


class Notebook(Construct):
    """The instance, its role, its files, and where the settings say so its network and its key.

    Parameters
    ----------
    settings
        The environment.
    notebook
        The instance.
    targets
        What its role may use.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        notebook: NotebookSettings,
        targets: NotebookTargets,
    ) -> None:
        super().__init__(scope, construct_id)
        archive = make_notebook_archive(self)
        files_arn = f"{archive.bucket.bucket_arn}/{archive.s3_object_key}"
        isolated = isinstance(notebook.network, IsolatedVpc)
        self.role = make_notebook_role(self, settings=settings, notebook=notebook, targets=targets, files_arn=files_arn)
        self.network = self._network(settings, notebook, targets, files_arn)
        values = ScriptValues(
            environment=settings.environment,
            region=settings.region,
            files_bucket=archive.s3_bucket_name,
            files_key=archive.s3_object_key,
            ask_through=notebook.asks_through.value,
            idle_minutes=notebook.idle_minutes,
            open_tabs_count=notebook.open_tabs_count,
        )
        self.instance = sagemaker.CfnNotebookInstance(
            self,
            "Instance",
            notebook_instance_name=settings.application_name,
            instance_type=notebook.instance_type,
            platform_identifier=PLATFORM,
            role_arn=self.role.role_arn,
            root_access="Disabled",
            direct_internet_access="Disabled" if isolated else "Enabled",
            subnet_id=self.network.subnet.ref if self.network else None,
            security_group_ids=[self.network.security_group.attr_group_id] if self.network else None,
            volume_size_in_gb=notebook.volume_gb,
            kms_key_id=self._key_id(notebook),
            lifecycle_config_name=self._lifecycle(settings.application_name, values),
            instance_metadata_service_configuration=(
                sagemaker.CfnNotebookInstance.InstanceMetadataServiceConfigurationProperty(
                    minimum_instance_metadata_service_version="2"
                )
            ),
        )
        if self.network:
            # Its first start fetches the files, which needs the endpoints.
            self.instance.node.add_dependency(self.network)

    def _network(
        self, settings: Settings, notebook: NotebookSettings, targets: NotebookTargets, files_arn: str
    ) -> NotebookNetwork | None:
        if not isinstance(notebook.network, IsolatedVpc):
            return None
        return NotebookNetwork(
            self,
            "Network",
            settings=settings,
            place=notebook.network,
            role=self.role,
            targets=targets,
            files_arn=files_arn,
        )

    def _key_id(self, notebook: NotebookSettings) -> str | None:
        """The key of the volume. SageMaker uses it with the rights of whoever deploys, so its policy needs no more."""
        if not notebook.own_key:
            return None
        key = kms.Key(
            self,
            "Key",
            description="Volume of the notebook instance",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,  # after thirty days, and the volume is gone by then
        )
        return key.key_arn

    def _lifecycle(self, name: str, values: ScriptValues) -> str:
        def hook(script: str) -> sagemaker.CfnNotebookInstanceLifecycleConfig.NotebookInstanceLifecycleHookProperty:
            return sagemaker.CfnNotebookInstanceLifecycleConfig.NotebookInstanceLifecycleHookProperty(
                content=cdk.Fn.base64(script)
            )

        config = sagemaker.CfnNotebookInstanceLifecycleConfig(
            self,
            "Lifecycle",
            notebook_instance_lifecycle_config_name=name,
            on_create=[hook(on_create_script(values))],
            on_start=[hook(on_start_script(values))],
        )
        return config.attr_notebook_instance_lifecycle_config_name
