"""The rules of notebook instances in one account and region; a pure state machine that only looks at the clock.

What takes minutes on AWS takes `TRANSITION_SECONDS` here. Nothing is started: there is no Jupyter server to open, and
the scripts of a lifecycle configuration are checked and kept, not run. Texts of errors are the service's as far as
users have reported them.
"""

from __future__ import annotations

import base64
import binascii

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.notebooks.records import LifecycleConfig, Notebook, NotebookStatus
from sagemaker_local.sagemaker.shapes import Json

NOTEBOOK, CONFIG = "notebook-instance", "notebook-instance-lifecycle-config"
TRANSITION_SECONDS = 0.2
DEFAULTS: Json = {
    "DirectInternetAccess": "Enabled",
    "VolumeSizeInGB": 5,
    "RootAccess": "Enabled",
    "PlatformIdentifier": "notebook-al2-v2",
    "IpAddressType": "ipv4",
    "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"},
}
_ENDS = {
    NotebookStatus.PENDING: NotebookStatus.IN_SERVICE,
    NotebookStatus.STOPPING: NotebookStatus.STOPPED,
    NotebookStatus.UPDATING: NotebookStatus.STOPPED,
}
_RESTING = (NotebookStatus.STOPPED, NotebookStatus.FAILED)
_DISASSOCIATED = {
    "DisassociateLifecycleConfig": "LifecycleConfigName",
    "DisassociateAcceleratorTypes": "AcceleratorTypes",
    "DisassociateDefaultCodeRepository": "DefaultCodeRepository",
    "DisassociateAdditionalCodeRepositories": "AdditionalCodeRepositories",
}


class Notebooks:
    """Notebook instances and lifecycle configurations of one account and region.

    Parameters
    ----------
    control
        Gives scope, time and tags.
    """

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self._notebooks: dict[str, Notebook] = {}
        self.configs: dict[str, LifecycleConfig] = {}

    # --- notebook instances -------------------------------------------------------------------------------------

    def create(self, request: Json) -> Notebook:
        """Begin an instance; it is `Pending`, then `InService`."""
        name, now = request["NotebookInstanceName"], self._control.now()
        arn = self._control.scope.arn(NOTEBOOK, name)
        if name.lower() in {notebook.name.lower() for notebook in self.all()}:
            raise validation(f"Cannot create a duplicate Notebook Instance ({arn})")
        self._check_network(request)
        self._check_config(request)
        document = {**DEFAULTS, **{key: value for key, value in request.items() if key != "Tags"}}
        notebook = Notebook(name=name, arn=arn, created=now, modified=now, document=document)
        self._notebooks[name.lower()] = notebook
        self._control.register(arn, request.get("Tags", []))
        self._move(notebook, NotebookStatus.PENDING)
        return notebook

    def all(self) -> list[Notebook]:
        """Every instance, as it is now."""
        for notebook in list(self._notebooks.values()):
            self._settle(notebook)
        return list(self._notebooks.values())

    def notebook(self, name: str) -> Notebook:
        """The instance of that name, as it is now."""
        found = {notebook.name.lower(): notebook for notebook in self.all()}.get(name.lower())
        if found is None:
            raise validation("RecordNotFound")
        return found

    def start(self, name: str) -> None:
        """Begin to start an instance that rests."""
        notebook = self._transition(name, NotebookStatus.PENDING, _RESTING)
        notebook.failure_reason = None

    def stop(self, name: str) -> None:
        """Begin to stop an instance that runs."""
        self._transition(name, NotebookStatus.STOPPING, (NotebookStatus.IN_SERVICE,))

    def delete(self, name: str) -> None:
        """Begin the end of an instance that rests."""
        self._transition(name, NotebookStatus.DELETING, _RESTING)

    def update(self, request: Json) -> None:
        """Begin to change an instance that rests."""
        name = request["NotebookInstanceName"]
        notebook = self._allowed(name, NotebookStatus.UPDATING, _RESTING)
        self._check_config(request)
        _check_volume(notebook, request)
        for switch, key in _DISASSOCIATED.items():
            if request.get(switch):
                notebook.document.pop(key, None)
        changed = {key: value for key, value in request.items() if key not in _DISASSOCIATED}
        notebook.document.update({**changed, "NotebookInstanceName": notebook.name})
        self._move(notebook, NotebookStatus.UPDATING)

    # --- lifecycle configurations -------------------------------------------------------------------------------

    def create_config(self, request: Json) -> LifecycleConfig:
        """Remember a lifecycle configuration."""
        name, now = request["NotebookInstanceLifecycleConfigName"], self._control.now()
        arn = self._control.scope.arn(CONFIG, name)
        if name.lower() in self.configs:
            msg = (
                f"Unable to create Notebook Instance Lifecycle Config {arn}. "
                "(Details: Notebook Instance Lifecycle Config already exists.)"
            )
            raise validation(msg)
        config = LifecycleConfig(name=name, arn=arn, created=now, modified=now, hooks=_hooks(request))
        self.configs[name.lower()] = config
        self._control.register(arn, request.get("Tags", []))
        return config

    def config(self, name: str) -> LifecycleConfig:
        """The lifecycle configuration of that name."""
        if name.lower() not in self.configs:
            arn = self._control.scope.arn(CONFIG, name)
            msg = (
                f"Unable to describe Notebook Instance Lifecycle Config '{arn}'. "
                "(Details: Notebook Instance Lifecycle Config does not exist.)"
            )
            raise validation(msg)
        return self.configs[name.lower()]

    def update_config(self, request: Json) -> None:
        """Change the scripts; running instances meet them at their next start."""
        config = self.config(request["NotebookInstanceLifecycleConfigName"])
        config.hooks = {**config.hooks, **_hooks(request)}
        config.modified = self._control.now()

    def delete_config(self, name: str) -> None:
        """Forget a lifecycle configuration; an instance that names it cannot start any more."""
        config = self.config(name)
        del self.configs[config.name.lower()]
        self._control.unregister(config.arn)

    # --- inside -------------------------------------------------------------------------------------------------

    def _transition(self, name: str, to: NotebookStatus, allowed: tuple[NotebookStatus, ...]) -> Notebook:
        notebook = self._allowed(name, to, allowed)
        self._move(notebook, to)
        return notebook

    def _allowed(self, name: str, to: NotebookStatus, allowed: tuple[NotebookStatus, ...]) -> Notebook:
        notebook = self.notebook(name)
        if notebook.status not in allowed:
            msg = (
                f"Status ({notebook.status}) not in ([{', '.join(allowed)}]). "
                f"Unable to transition to ({to}) for Notebook Instance ({notebook.arn})"
            )
            raise validation(msg)
        return notebook

    def _move(self, notebook: Notebook, to: NotebookStatus) -> None:
        notebook.status, notebook.modified = to, self._control.now()
        notebook.settles = notebook.modified + TRANSITION_SECONDS

    def _settle(self, notebook: Notebook) -> None:
        """End the state that is under way, if its time has come."""
        if notebook.settles is None or self._control.now() < notebook.settles:
            return
        notebook.modified, notebook.settles = notebook.settles, None
        if notebook.status is NotebookStatus.DELETING:
            del self._notebooks[notebook.name.lower()]
            self._control.unregister(notebook.arn)
            return
        config = notebook.document.get("LifecycleConfigName")
        if notebook.status is NotebookStatus.PENDING and config and config.lower() not in self.configs:
            notebook.status = NotebookStatus.FAILED
            notebook.failure_reason = (
                f"Notebook Instance Lifecycle Config '{self._control.scope.arn(CONFIG, config)}' for Notebook Instance "
                f"'{notebook.arn}' does not exist."
            )
            return
        notebook.status = _ENDS[notebook.status]

    def _check_network(self, request: Json) -> None:
        if request.get("SubnetId"):
            return
        if request.get("DirectInternetAccess") == "Disabled":
            raise validation("DirectInternetAccess cannot be Disabled without a SubnetId; give SubnetId too.")
        if request.get("SecurityGroupIds"):
            raise validation("SecurityGroupIds need a SubnetId of the same VPC; give SubnetId too.")

    def _check_config(self, request: Json) -> None:
        if name := request.get("LifecycleConfigName"):
            self.config(name)


def _check_volume(notebook: Notebook, request: Json) -> None:
    now, wanted = notebook.document["VolumeSizeInGB"], request.get("VolumeSizeInGB")
    if wanted is not None and wanted < now:
        msg = f"The volume of Notebook Instance ({notebook.arn}) has {now} GB and cannot become smaller; got {wanted}."
        raise validation(msg)


def _hooks(request: Json) -> Json:
    hooks: Json = {key: request[key] for key in ("OnCreate", "OnStart") if key in request}
    for key, scripts in hooks.items():
        for script in scripts:
            _check_script(key, script.get("Content", ""))
    return hooks


def _check_script(hook: str, content: str) -> None:
    try:
        text = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise validation(f"The Content of {hook} is not base64 ({error}); encode the script with base64.") from error
    if not text:
        raise validation(f"The Content of {hook} is empty; give a script in base64.")
