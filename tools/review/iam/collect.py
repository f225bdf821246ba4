"""Every grant and denial of a template, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tools.review.change import Template
from tools.review.iam import conditions, principals, sources
from tools.review.iam.statements import Grant, Kind, Scope, Source, from_document, from_statement
from tools.review.iam.values import Reader, owner

UNREADABLE = "(a policy that cannot be read)"
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
"""What having no policy means where everything is allowed then."""

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Collector:
    """Reads the grants of one template.

    Attributes
    ----------
    renamed
        Logical ids of this template that count as others.
    opened
        `(logical id, path)` of policies which the other side has and this side has not, though it has the resource.
    """

    template: Template
    renamed: Mapping[str, str] = field(default_factory=dict)
    opened: frozenset[tuple[str, str]] = frozenset()

    @property
    def reader(self) -> Reader:
        """The reader of this template's values."""
        return Reader(self.renamed, self.template.get("Conditions", {}))

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The resources of the template."""
        resources: Mapping[str, Resource] = self.template.get("Resources", {})
        return resources

    def grants(self) -> Iterator[Grant]:
        """All of them."""
        attached = self._attached()
        for logical_id, resource in self.resources.items():
            for grant in self._of(logical_id, resource, attached):
                if name := resource.get("Condition"):
                    depends = frozenset({(self.reader.condition(name), "true")})
                    grant = replace(grant, condition=grant.condition | conditions.read(self.reader, None, depends))
                yield grant

    def _of(self, logical_id: str, resource: Resource, attached: Mapping[str, set[str]]) -> Iterator[Grant]:
        kind, properties = resource.get("Type", ""), resource.get("Properties", {})
        if kind in sources.IDENTITY:
            yield from self._identity(logical_id, kind, properties, attached)
        elif kind in sources.HOLDERS:
            yield from self._holder(logical_id, properties)
        elif kind == sources.PERMISSION_SET:
            yield from self._permission_set(logical_id, properties)
        elif kind == sources.PERMISSION:
            yield from self._permission(logical_id, properties)
        elif kind == sources.LAYER_PERMISSION:
            yield from self._layer_permission(logical_id, properties)
        elif kind == sources.BUS_POLICY:
            yield from self._bus_policy(logical_id, properties)
        elif kind in sources.RELATIONS:
            yield from self._relation(logical_id, properties, sources.RELATIONS[kind])
        elif kind in sources.RESOURCE:
            for document in sources.RESOURCE[kind]:
                yield from self._document(logical_id, properties, document)
        else:
            yield from self._unlisted(logical_id, properties)

    def _own(self, logical_id: str) -> str:
        return self.reader.reference(logical_id)

    def _names(self, value: Any) -> list[str]:
        """Identities that a list names, by reference or by a fixed name that one of the template has."""
        texts = [owner(self.reader.text(item)) for item, _ in self.reader.branches(value)]
        return [self._fixed_names.get(text, text) for text in texts]

    @property
    def _fixed_names(self) -> dict[str, str]:
        found = {}
        for logical_id, resource in self.resources.items():
            if resource.get("Type") in sources.HOLDERS:
                properties = resource.get("Properties", {})
                name = properties.get(resource["Type"].rpartition(":")[2] + "Name")
                if name is not None:
                    found[self.reader.text(name)] = self._own(logical_id)
        return found

    def _attached(self) -> dict[str, set[str]]:
        """Managed policies of the template: reference -> identities that name it themselves."""
        found: dict[str, set[str]] = {}
        for logical_id, resource in self.resources.items():
            if resource.get("Type") in sources.HOLDERS:
                arns = resource.get("Properties", {}).get("ManagedPolicyArns")
                for arn, _ in self.reader.branches(arns):
                    found.setdefault(owner(self.reader.text(arn)), set()).add(self._own(logical_id))
        return found

    def _identity(
        self, logical_id: str, kind: str, properties: Resource, attached: Mapping[str, set[str]]
    ) -> Iterator[Grant]:
        holders = {name for path in sources.IDENTITY[kind] for name in self._names(properties.get(path))}
        holders |= attached.get(self._own(logical_id), set())
        for holder in sorted(holders) or [self._own(logical_id)]:
            source = Source(logical_id, "PolicyDocument")
            yield from self._read(properties.get("PolicyDocument"), Scope(Kind.IDENTITY, holder), source, holder)

    def _holder(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        me = self._own(logical_id)
        scope = Scope(Kind.IDENTITY, me)
        trust = properties.get("AssumeRolePolicyDocument")
        yield from self._read(trust, Scope(Kind.TRUST, me), Source(logical_id, "AssumeRolePolicyDocument"))
        for policy, depends in self.reader.branches(properties.get("Policies")):
            if isinstance(policy, Mapping):
                test = conditions.read(self.reader, None, depends)
                for grant in self._read(policy.get("PolicyDocument"), scope, Source(logical_id, "Policies"), me):
                    yield replace(grant, condition=grant.condition | test)
        yield from self._managed(properties.get("ManagedPolicyArns"), scope, Source(logical_id, "ManagedPolicyArns"))
        yield from self._boundary(
            properties.get("PermissionsBoundary"), scope, Source(logical_id, "PermissionsBoundary")
        )
        for group in self._names(properties.get("Groups")):
            yield self._plain(scope, me, "act as member of", group, Source(logical_id, "Groups"))

    def _permission_set(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        me = self._own(logical_id)
        scope = Scope(Kind.IDENTITY, me)
        yield from self._read(properties.get("InlinePolicy"), scope, Source(logical_id, "InlinePolicy"), me)
        for path in ("ManagedPolicies", "CustomerManagedPolicyReferences"):
            yield from self._managed(properties.get(path), scope, Source(logical_id, path))
        yield from self._boundary(
            properties.get("PermissionsBoundary"), scope, Source(logical_id, "PermissionsBoundary")
        )

    def _managed(self, arns: Any, scope: Scope, source: Source) -> Iterator[Grant]:
        """A grant named by the policy's ARN; a policy of this template speaks for itself."""
        for arn, depends in self.reader.branches(arns):
            text = self.reader.text(arn)
            if self.resources.get(self._unrenamed(text), {}).get("Type") == "AWS::IAM::ManagedPolicy":
                continue
            everything = text.startswith("arn:aws") and text.endswith(":iam::aws:policy/AdministratorAccess")
            grant = self._plain(scope, scope.of, "*" if everything else text, "*", source)
            yield replace(grant, condition=conditions.read(self.reader, None, depends), spelled=text)

    def _unrenamed(self, text: str) -> str:
        name = owner(text)[2:-1]
        return next((old for old, new in self.renamed.items() if new == name), name)

    def _boundary(self, boundary: Any, scope: Scope, source: Source) -> Iterator[Grant]:
        for value, depends in self.reader.branches(boundary):
            grant = self._plain(scope, scope.of, f"everything outside of {self.reader.text(value)}", "*", source)
            yield replace(grant, effect="Deny", condition=conditions.read(self.reader, None, depends))

    def _permission(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        tests: dict[str, dict[str, Any]] = {}
        for path, (operator, key) in sources.PERMISSION_TESTS.items():
            if path in properties:
                tests.setdefault(operator, {})[key] = properties[path]
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": properties.get("Principal", "*")},
            "Action": properties.get("Action"),
            "Condition": tests,
        }
        yield from self._on(properties.get("FunctionName"), statement, Source(logical_id, "Principal"))

    def _layer_permission(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        organization = properties.get("OrganizationId")
        statement = {
            "Principal": {"AWS": properties.get("Principal", "*")},
            "Action": properties.get("Action"),
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}} if organization else {},
        }
        yield from self._on(properties.get("LayerVersionArn"), statement, Source(logical_id, "Principal"))

    def _bus_policy(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        statement = properties.get("Statement")
        source = Source(logical_id, "Statement")
        if not isinstance(statement, Mapping):
            condition = properties.get("Condition") or {}
            tests = {condition.get("Type"): {condition.get("Key"): condition.get("Value")}} if condition else {}
            statement = {**properties, "Principal": {"AWS": properties.get("Principal")}, "Condition": tests}
            source = Source(logical_id, "Action")
        yield from self._on(properties.get("EventBusName", "default"), statement, source)

    def _on(self, thing: Any, statement: Mapping[str, Any], source: Source) -> Iterator[Grant]:
        scope = Scope(Kind.RESOURCE, owner(self.reader.text(thing)), single=True)
        yield from from_statement(self.reader, statement, scope, source)

    def _relation(self, logical_id: str, properties: Resource, relation: sources.Relation) -> Iterator[Grant]:
        def values(name: str) -> list[str]:
            if name.startswith("("):
                return [name[1:-1]]
            return [self.reader.text(item) for item, _ in self.reader.branches(properties.get(name))]

        me = self._own(logical_id)
        paths = [path for path in (relation.principals, relation.resources) if path and not path.startswith("(")]
        for principal in values(relation.principals) if relation.principals else [me]:
            for resource in (values(relation.resources) if relation.resources else []) or [me]:
                for action in values(relation.action) or ["use"]:
                    scope = Scope(Kind.RELATION, relation.action)
                    who = principals.named(principal)
                    yield self._plain(scope, who, action, owner(resource), Source(logical_id, (paths or [""])[-1]))

    def _document(self, logical_id: str, properties: Resource, document: sources.Document) -> Iterator[Grant]:
        on = properties.get(document.on) if document.on else None
        targets = [self.reader.text(item) for item, _ in self.reader.branches(on)] or [self._own(logical_id)]
        kind = Kind.GUARD if document.guard else Kind.RESOURCE
        path = document.reported
        for target in targets:
            scope = Scope(kind, owner(target), document.single)
            value = _at(properties, document.path)
            if value is None and (logical_id, path) in self.opened and document.open and not _private(properties):
                yield from from_statement(self.reader, OPEN, scope, Source(logical_id, path))
            yield from self._read(value, scope, Source(logical_id, path))

    def _unlisted(self, logical_id: str, properties: Resource) -> Iterator[Grant]:
        """Properties of other types that look like a policy."""
        for path, value in properties.items() if isinstance(properties, Mapping) else ():
            if isinstance(value, Mapping) and looks_like_policy(value):
                scope = Scope(Kind.RESOURCE, self._own(logical_id))
                yield from self._read(value, scope, Source(logical_id, path))

    def _read(self, value: Any, scope: Scope, source: Source, holder: str | None = None) -> Iterator[Grant]:
        for item, depends in self.reader.branches(value):
            document = self.reader.document(item)
            test = conditions.read(self.reader, None, depends)
            if document is None:
                text = self.reader.text(item)
                grant = self._plain(scope, holder or "*", f"{UNREADABLE} {text}", "*", source)
                yield replace(grant, spelled=UNREADABLE, condition=test)
                continue
            for grant in from_document(self.reader, document, scope, source, holder):
                yield replace(grant, condition=grant.condition | test)

    @staticmethod
    def _plain(scope: Scope, principal: str, action: str, resource: str, source: Source) -> Grant:
        return Grant(scope, principal, "Allow", action.lower(), resource, frozenset(), source, action)


def looks_like_policy(value: Any) -> bool:
    """Whether a value has statements with an effect."""
    statements = value.get("Statement") if isinstance(value, Mapping) else None
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(item, Mapping) and "Effect" in item for item in items)


def _at(properties: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(properties, Mapping):
            return properties
        properties = properties.get(name)
    return properties


def _private(properties: Resource) -> bool:
    configuration = properties.get("EndpointConfiguration")
    return isinstance(configuration, Mapping) and configuration.get("Types") == ["PRIVATE"]
