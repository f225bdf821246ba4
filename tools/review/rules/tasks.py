"""Task definitions of ECS, which are replaced with every release by design, and their containers."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.rules.sagemaker_serving import image
from tools.review.rules.variables import secret_references, variable
from tools.review.shapes import (
    always,
    danger_switch,
    each,
    guard_switch,
    listed,
    number,
    ordered,
    present,
    switch,
    under,
)
from tools.review.values import is_function

_RELEASE = harmless("other code in the same container, which is what a release is")
_ROOT = {"", "0", "root", "0:0", "root:root"}


def user(change: Change) -> Verdict:
    """Judge the user that a container runs as."""
    if is_function(change.after) or str(change.after if change.after is not None else "").lower() in _ROOT:
        return access("the program runs, or may run, as root inside its container")
    return harmless("the program does not run as root")


def task_size(change: Change) -> Verdict | None:
    """Judge processor or memory of a task."""
    return number(
        up=cost("larger tasks cost more every hour"),
        down=interruption("smaller tasks: programs that need more are killed, or answer more slowly"),
    )(change)


def ports(change: Change) -> Verdict:
    """Judge a port mapping: one that is gone, or another, is where callers still call."""
    if change.before is None:
        return access("a further port of the container is open")
    return interruption("callers and health checks of the old port see errors")


def containers(change: Change) -> Verdict:
    """Judge a container that is added to a task, or taken away."""
    if change.after is None:
        return interruption("the container is gone: what it served or guarded in the task is missing")
    container = change.after if isinstance(change.after, dict) else {}
    capabilities = (container.get("LinuxParameters") or {}).get("Capabilities") or {}
    if str(container.get("Privileged", False)).lower() != "false" or capabilities.get("Add"):
        return access("a further container, with more rights on its machine than programs have")
    return harmless("a further container in the task, which is code as well")


_SIZE_OF_CONTAINER = number(
    up=harmless("the container may use more of what its task has"),
    down=interruption("the container is killed, or answers more slowly, when it needs more"),
    default=float("inf"),
)

CONTAINER: dict[str, Rule] = {
    "Image": image,
    **each(always(_RELEASE), "Command", "EntryPoint", "WorkingDirectory", "DockerLabels", "DependsOn", "StopTimeout"),
    **each(always(_RELEASE), "StartTimeout", "Ulimits", "RestartPolicy", "Hostname", "PseudoTerminal", "Interactive"),
    "Privileged": danger_switch("the container has all rights on its machine"),
    "User": user,
    "ReadonlyRootFilesystem": guard_switch("programs cannot change the file system of the container"),
    "Environment[]": variable,
    "EnvironmentFiles": always(access("variables are read from other files: whoever may write there decides")),
    "Secrets[]": secret_references,
    "Secrets": present(
        removed=interruption("secrets are no longer handed to the program"),
        added=harmless("secrets stay in their store"),
    ),
    **each(_SIZE_OF_CONTAINER, "Memory", "Cpu", "MemoryReservation"),
    "Essential": switch(
        on=harmless("the task ends, and is started anew, when this container ends"),
        off=interruption("the task goes on without this container when it ends"),
        default=True,
    ),
    "LogConfiguration": present(
        removed=data_loss("what the container writes is no longer kept"),
        added=cost("what the container writes is kept"),
    ),
    "LogConfiguration.LogDriver": always(data_loss("logs go another way; those who read them may find nothing")),
    "LogConfiguration.Options.awslogs-group": reference(data_loss("logs go to another group, with another retention")),
    "LogConfiguration.Options.mode": ordered(
        ["non-blocking", "blocking"],
        up=harmless("no line of the log is lost"),
        down=data_loss("lines of the log are lost when they cannot be sent fast enough"),
        default="blocking",
    ),
    "LogConfiguration.Options": present(
        removed=data_loss("logs go to a default place"), added=harmless("where logs go is written out")
    ),
    "LogConfiguration.Options.awslogs-stream-prefix": always(harmless("only the name of the log streams")),
    "HealthCheck": present(
        removed=interruption("a container that hangs is no longer replaced"),
        added=harmless("a container that hangs is replaced"),
        changed=interruption("containers may be taken for ill that are well, or the other way round"),
    ),
    "PortMappings[]": ports,
    "LinuxParameters.Capabilities.Add": listed(
        added=access("the container has more rights on its machine"),
        removed=interruption("the container has fewer rights than its program may need"),
    ),
    "LinuxParameters.Capabilities.Drop": listed(
        added=harmless("the container has fewer rights on its machine"),
        removed=access("the container has more rights on its machine"),
    ),
    "LinuxParameters.Devices": always(access("the container reaches other devices of its machine")),
    "LinuxParameters.InitProcessEnabled": always(harmless("only who collects ended processes")),
    "DockerSecurityOptions": listed(
        added=harmless("a restriction more"), removed=access("a restriction of the container is gone")
    ),
    "DisableNetworking": guard_switch("the container has no network"),
    "RepositoryCredentials": always(access("the image is fetched with other credentials")),
    "MountPoints": listed(
        added=access("the container reaches another volume"),
        removed=interruption("files that the program needs are missing"),
    ),
    "ResourceRequirements": listed(added=cost("more accelerators"), removed=interruption("fewer accelerators")),
    "VersionConsistency": guard_switch("all tasks of a deployment run the same image", default=True),
}

TASK: dict[str, Rule] = {
    **each(task_size, "Cpu", "Memory"),
    "TaskRoleArn": reference(
        access("programs work with the rights of another role"),
        removed=interruption("programs have no rights any more"),
    ),
    "ExecutionRoleArn": reference(
        access("images, secrets and logs are reached with the rights of another role"),
        removed=interruption("images, secrets and logs can no longer be reached"),
    ),
    "NetworkMode": ordered(
        ["none", "awsvpc", "bridge", "host"],
        up=access("the tasks share the network of their machine"),
        down=interruption("the tasks have another network: callers and load balancers may not find them"),
        default="bridge",
    ),
    "PidMode": present(
        removed=harmless("programs see only the processes of their container"),
        added=access("programs see the processes of others"),
        changed=access("programs see the processes of others"),
    ),
    "IpcMode": present(
        removed=harmless("programs see only the memory of their container"),
        added=access("programs share memory with others"),
        changed=access("programs share memory with others"),
    ),
    "EphemeralStorage.SizeInGiB": number(
        up=cost("more disk for each task"), down=interruption("less disk for each task"), default=20
    ),
    "RuntimePlatform": always(interruption("another processor or system: images that are not built for it fail")),
    "RequiresCompatibilities": listed(
        added=harmless("it may run elsewhere too"), removed=interruption("it can no longer run there")
    ),
    "EnableFaultInjection": switch(
        on=interruption("somebody may break the tasks for a test"),
        off=harmless("nobody may break the tasks for a test"),
    ),
    "ContainerDefinitions[]": lambda change: None if change.before and change.after else containers(change),
    **under("ContainerDefinitions[]", CONTAINER),
    "Volumes": lambda change: (
        None if isinstance(change.before, list) and isinstance(change.after, list) else volumes(change)
    ),
    "Volumes[]": lambda change: None if change.before and change.after else volumes(change),
    "Volumes[].EFSVolumeConfiguration.TransitEncryption": guard_switch("files are encrypted on their way"),
    "Volumes[].EFSVolumeConfiguration.AuthorizationConfig.IAM": guard_switch(
        "the file system asks for the role of the task"
    ),
    "Volumes[].EFSVolumeConfiguration.FilesystemId": reference(
        data_loss("the tasks have the files of another file system")
    ),
    "Volumes[].Host.SourcePath": always(access("the tasks reach another directory of their machine")),
}


def volumes(change: Change) -> Verdict:
    """Judge a volume of a task that is added or gone."""
    if change.after:
        return access("the tasks reach another volume")
    return interruption("the tasks no longer reach the volume")
