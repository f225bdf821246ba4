"""The rules of models, endpoint configurations and endpoints in one account and region; a pure state machine.

No process is started and no object is read here: the starter of processes reports the outcome with `deployed` and
`deployment_failed`. Names are unique without regard to case, as in the service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sagemaker_local.sagemaker.errors import ServiceError, already_exists, not_found, validation
from sagemaker_local.sagemaker.records import IN_PROGRESS, Definition, Endpoint, Scope, Status, Variant
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.variants import (
    check_kind,
    check_names,
    check_scaled,
    check_variants,
    properties,
    reweighted,
)

MODEL, CONFIG, ENDPOINT = "model", "endpoint-config", "endpoint"
_WORDS = {MODEL: "model", CONFIG: "endpoint configuration", ENDPOINT: "endpoint"}

Resources = TypeVar("Resources")


class ControlPlane:
    """State and rules of one account and region.

    Parameters
    ----------
    scope
        The account and region.
    clock
        Gives the time in seconds since the epoch.
    """

    def __init__(self, scope: Scope, clock: Callable[[], float]) -> None:
        self.scope = scope
        self._clock = clock
        self._resources: dict[Callable[[ControlPlane], Any], Any] = {}
        self.models: dict[str, Definition] = {}
        self.configs: dict[str, Definition] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def now(self) -> float:
        """The time in seconds since the epoch."""
        return self._clock()

    def resources(self, make: Callable[[ControlPlane], Resources]) -> Resources:
        """The other resources of this account and region: its model registry, pipelines, notebook instances.

        Parameters
        ----------
        make
            Their class; it is made when it is first asked for.
        """
        if make not in self._resources:
            self._resources[make] = make(self)
        found: Resources = self._resources[make]
        return found

    # --- models and endpoint configurations ---------------------------------------------------------------------

    def create_model(self, request: Json) -> Definition:
        """Remember a model; the caller has checked its image and its artifact."""
        return self._define(MODEL, self.models, request["ModelName"], request)

    def model(self, name: str) -> Definition:
        """The model of that name."""
        return self._find(MODEL, self.models, name)

    def delete_model(self, name: str) -> None:
        """Forget a model; endpoints that serve it continue to."""
        self._forget(self.models, self.model(name))

    def create_config(self, request: Json) -> Definition:
        """Remember an endpoint configuration whose models exist."""
        variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", [])]
        check_variants(variants)
        for variant in variants:
            self.model(variant["ModelName"])
        return self._define(CONFIG, self.configs, request["EndpointConfigName"], request)

    def config(self, name: str) -> Definition:
        """The endpoint configuration of that name."""
        return self._find(CONFIG, self.configs, name)

    def delete_config(self, name: str) -> None:
        """Forget an endpoint configuration."""
        self._forget(self.configs, self.config(name))

    # --- endpoints ----------------------------------------------------------------------------------------------

    def create_endpoint(self, request: Json) -> Endpoint:
        """Begin an endpoint; it is `Creating` until `deployed` or `deployment_failed` is called."""
        name, config = request["EndpointName"], self._servable(request["EndpointConfigName"])
        arn, now = self.scope.arn(ENDPOINT, name), self._clock()
        if name.lower() in self.endpoints:
            raise already_exists(_WORDS[ENDPOINT], arn)
        endpoint = Endpoint(
            name=name,
            arn=arn,
            created=now,
            modified=now,
            config_name=config.name,
            deployment_config=request.get("DeploymentConfig"),
            pending_config_name=config.name,
            pending_since=now,
        )
        self.endpoints[name.lower()] = endpoint
        self.register(arn, request.get("Tags", []))
        return endpoint

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of that name."""
        found = self.endpoints.get(name.lower())
        if found is None:
            raise not_found(_WORDS[ENDPOINT], self.scope.arn(ENDPOINT, name))
        return found

    def update_endpoint(self, request: Json) -> Endpoint:
        """Begin the change to another configuration; the old one stays in force until `deployed`.

        The one in force must still be there. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
        """
        endpoint, config = self._ready(request["EndpointName"]), self._servable(request["EndpointConfigName"])
        present = self.config(endpoint.config_name)
        check_kind(endpoint, config)
        check_scaled(endpoint, present, config)
        if not request.get("RetainDeploymentConfig", False):
            endpoint.deployment_config = request.get("DeploymentConfig")
        endpoint.pending_config_name, endpoint.pending_since = config.name, self._clock()
        self._move(endpoint, Status.UPDATING)
        return endpoint

    def update_weights(self, request: Json) -> Endpoint:
        """Change the variants' shares of the traffic and their instance counts, at once."""
        endpoint = self._ready(request["EndpointName"])
        check_names(change["VariantName"] for change in request["DesiredWeightsAndCapacities"])
        wanted = {change["VariantName"]: change for change in request["DesiredWeightsAndCapacities"]}
        unknown = set(wanted) - {variant.name for variant in endpoint.variants}
        if unknown:
            names = ", ".join(sorted(unknown))
            msg = (
                f'The variant name(s) "{names}" is/are not present within endpoint configuration '
                f'"{endpoint.config_name}".'
            )
            raise validation(msg)
        endpoint.variants = tuple(reweighted(variant, wanted.get(variant.name, {})) for variant in endpoint.variants)
        self._move(endpoint, Status.IN_SERVICE)
        return endpoint

    def planned_variants(self, endpoint: Endpoint, config: Definition, retain: frozenset[str]) -> tuple[Variant, ...]:
        """The variants that the endpoint will have with that configuration.

        Parameters
        ----------
        endpoint
            The endpoint as it is now.
        config
            The configuration it changes to.
        retain
            Names of variants that keep their present weight and instance count (`RetainAllVariantProperties`).
        """
        kept = {variant.name: properties(variant) for variant in endpoint.variants if variant.name in retain}
        fresh = (self._variant(request) for request in config.request["ProductionVariants"])
        return tuple(reweighted(variant, kept.get(variant.name, {})) for variant in fresh)

    def deployed(self, name: str, config: Definition, variants: tuple[Variant, ...]) -> None:
        """The processes of that configuration serve: it is now the endpoint's configuration."""
        endpoint = self.endpoint(name)
        endpoint.config_name, endpoint.variants, endpoint.failure_reason = config.name, variants, None
        endpoint.data_capture = config.request.get("DataCaptureConfig")
        self._settle(endpoint, Status.IN_SERVICE)

    def deployment_failed(self, name: str, reason: str) -> None:
        """The processes did not come up: a new endpoint has failed, an updated one serves what it served before."""
        endpoint = self.endpoint(name)
        endpoint.failure_reason = reason
        self._settle(endpoint, Status.FAILED if endpoint.status is Status.CREATING else Status.IN_SERVICE)

    def delete_endpoint(self, name: str) -> Endpoint:
        """Begin the end of an endpoint; `deleted` removes it."""
        endpoint = self.endpoint(name)
        if endpoint.status in IN_PROGRESS:
            raise _in_progress(endpoint)
        self._move(endpoint, Status.DELETING)
        return endpoint

    def deleted(self, name: str) -> None:
        """The processes of a `Deleting` endpoint are gone."""
        self.unregister(self.endpoints.pop(name.lower()).arn)

    # --- tags ---------------------------------------------------------------------------------------------------

    def tags_of(self, arn: str) -> dict[str, str]:
        """Tags of an existing resource; the dictionary is the one that is kept."""
        if arn not in self._tags:
            raise not_found("resource", arn)
        return self._tags[arn]

    def all_tags(self) -> list[tuple[str, list[Json]]]:
        """The ARN of each resource with its tags, as the API lists them."""
        return [
            (arn, [{"Key": key, "Value": value} for key, value in tags.items()]) for arn, tags in self._tags.items()
        ]

    def tag(self, arn: str, tags: list[Json]) -> None:
        """Add tags, or replace the values of those that are there."""
        self.tags_of(arn).update({tag["Key"]: tag["Value"] for tag in tags})

    def register(self, arn: str, tags: list[Json]) -> None:
        """Let something new have tags, whatever it is."""
        self._tags[arn] = {}
        self.tag(arn, tags)

    def unregister(self, arn: str) -> None:
        """Forget the tags of something that is gone."""
        self._tags.pop(arn, None)

    # --- inside -------------------------------------------------------------------------------------------------

    def _define(self, kind: str, store: dict[str, Definition], name: str, request: Json) -> Definition:
        arn = self.scope.arn(kind, name)
        if name.lower() in store:
            raise already_exists(_WORDS[kind], arn)
        definition = Definition(name=name, arn=arn, created=self._clock(), request=request)
        store[name.lower()] = definition
        self.register(arn, request.get("Tags", []))
        return definition

    def _find(self, kind: str, store: dict[str, Definition], name: str) -> Definition:
        found = store.get(name.lower())
        if found is None:
            raise not_found(_WORDS[kind], self.scope.arn(kind, name))
        return found

    def _forget(self, store: dict[str, Definition], definition: Definition) -> None:
        del store[definition.name.lower()]
        self.unregister(definition.arn)

    def _servable(self, name: str) -> Definition:
        """The configuration of that name, whose models were not deleted since."""
        config = self.config(name)
        for variant in config.request["ProductionVariants"]:
            self.model(variant["ModelName"])
        return config

    def _ready(self, name: str) -> Endpoint:
        endpoint = self.endpoint(name)
        if endpoint.status in IN_PROGRESS:
            raise _in_progress(endpoint)
        if endpoint.status is Status.FAILED:
            msg = f'Cannot update failed endpoint "{endpoint.arn}"; it can only be deleted.'
            raise validation(msg)
        return endpoint

    def _variant(self, request: Json) -> Variant:
        image = container_of(self.model(request["ModelName"]))["Image"]
        serverless = request.get("ServerlessConfig")
        return Variant(
            name=request["VariantName"],
            weight=float(request.get("InitialVariantWeight", 1.0)),
            images=(image,),
            instance_count=None if serverless else int(request.get("InitialInstanceCount", 1)),
            serverless=serverless,
        )

    def _settle(self, endpoint: Endpoint, status: Status) -> None:
        endpoint.pending_config_name = endpoint.pending_since = None
        self._move(endpoint, status)

    def _move(self, endpoint: Endpoint, status: Status) -> None:
        endpoint.status, endpoint.modified = status, self._clock()


def container_of(model: Definition) -> Json:
    """The container definition that a model serves with; the emulator runs models of exactly one container."""
    container: Json = model.request.get("PrimaryContainer") or model.request["Containers"][0]
    return container


def _in_progress(endpoint: Endpoint) -> ServiceError:
    return validation(f'Cannot update in-progress endpoint "{endpoint.arn}".')
