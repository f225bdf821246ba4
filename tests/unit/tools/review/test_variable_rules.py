"""What is said of environment variables, and of machine types."""

from __future__ import annotations

from typing import Any

from tests.support.review_rules import each_row, template
from tools.review.change import Change, Risk, harmless, interruption
from tools.review.rules.machines import compare_machines, machine_rule, parse_machine
from tools.review.rules.variables import secret_references, variable, variables

H, C, A, N, D, U = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS, Risk.UNKNOWN


def changed(name: str, before: Any, after: Any, **other: Any) -> Change:
    return Change(
        stack="s",
        logical_id="F",
        type="AWS::Lambda::Function",
        property=name,
        action="modify",
        before=before,
        after=after,
        **other,
    )


@each_row(
    [
        ("MODEL_CARD", '{"name":"a"}', '{"name":"b"}', H),
        ("MODEL_CARD", '{"canonical_form":1,"name":"a"}', '{"canonical_form":1,"name":"b"}', H),
        ("MODEL_CARD", '{"name":"a"}', '{"canonical_form":1,"name":"b"}', N),
        ("MODEL_CARD", '{"canonical_form":1}', '{"canonical_form":0}', N),
        ("MODEL_CARD", "no card", '{"canonical_form":1}', H),
        ("MODEL_SHA256", "a", "b", H),
        ("IMAGE_TAG", "1", "2", H),
        ("GIT_COMMIT", "a", "b", H),
        ("POWERTOOLS_SERVICE_NAME", "a", "b", A),
        ("LOG_LEVEL", "INFO", "WARNING", H),
        ("LOG_LEVEL", "INFO", "DEBUG", C),
        ("DEBUG", "false", "true", A),
        ("DEBUG", "true", "false", H),
        ("FEATURE_COLORS_V2", None, "x", H),
        ("SOMETHING", "a", "b", U),
        ("SOMETHING", "a", None, N),
        ("DB_PASSWORD", None, "hunter2", A),
        ("API_KEY", None, "abc", A),
        ("SETTINGS", None, "postgres://user:secret@db/x", A),
        ("AWS_KEY", None, "AKIAABCDEFGHIJKLMNOP", A),
        ("DB_SECRET_ARN", None, "arn:aws:secretsmanager:x", H),
        ("TOKEN_TTL_SECONDS", None, "60", H),
        ("DB_PASSWORD", None, "{{resolve:secretsmanager:x}}", H),
        ("DB_PASSWORD", None, {"Ref": "Secret"}, H),
        ("DISABLE_AUTH", None, "true", A),
        ("DISABLE_AUTH", "true", None, H),
        ("SKIP_SIGNATURE_VERIFICATION", "false", "1", A),
        ("AUTH_ENABLED", "true", "false", A),
        ("AUTH_ENABLED", "false", "true", H),
        ("REQUIRE_AUTH", "true", None, A),
        ("NODE_TLS_REJECT_UNAUTHORIZED", None, "0", A),
        ("ALLOW_ANONYMOUS", None, "true", A),
        ("JWT_ISSUER", "https://a", "https://b", A),
        ("ALLOWED_ACCOUNTS", "1", "1,2", A),
        ("SITE_ORIGINS", "https://a", "https://a https://b", A),
        ("SITE_ORIGINS", "https://a", "*", A),
        ("SITE_ORIGINS", "https://a https://b", "https://a", N),
        ("JOBS_TABLE", {"Ref": "Jobs"}, "other", N),
        ("QUEUE_URL", "a", "b", N),
        ("ENDPOINT_NAME", "digits-prod", "digits-dev", N),
        ("BUCKET", {"Ref": "Bucket"}, None, N),
        ("KEEP_SECONDS", "100", "10", D),
        ("KEEP_SECONDS", "10", "100", C),
        ("URL_SECONDS", "60", "86400", A),
        ("UPLOAD_BYTES_MAX", "100", "10", N),
        ("UPLOAD_BYTES_MAX", "10", "100", C),
        ("READ_TIMEOUT_SECONDS", "25", "1", N),
        ("READ_TIMEOUT_SECONDS", "1", "25", H),
        ("TOTAL_ATTEMPTS", "3", "1", N),
        ("TOTAL_ATTEMPTS", "1", "1.0", H),
    ],
)
def test_a_variable(name: str, before: Any, after: Any, risk: Risk) -> None:
    assert variable(changed(f"Environment.Variables.{name}", before, after)).risk == risk


def test_a_variable_follows_the_table_that_it_names() -> None:
    table = {"Type": "AWS::DynamoDB::Table"}
    change = changed(
        "JOBS_TABLE",
        {"Ref": "Old"},
        {"Ref": "New"},
        base_template=template(Old=table),
        head_template=template(New=table),
    )
    assert variable(change).risk == H


def test_an_item_of_a_list_has_its_own_name() -> None:
    path = "ContainerDefinitions[app].Environment[X]"
    assert variable(changed(path, None, {"Name": "DISABLE_AUTH", "Value": "1"})).risk == A
    assert variable(changed(path, {"Name": "A", "Value": "1"}, {"Name": "B", "Value": "x"})).risk == N


def test_all_variables_at_once() -> None:
    found = variables(changed("Variables", {"A": "1", "LOG_LEVEL": "INFO"}, {"A": "1", "DISABLE_AUTH": "true"}))
    assert found is not None
    assert found.risk == A
    assert variables(changed("Variables", {"A": "1"}, {"A": "1"})) is None
    unread = variables(changed("Variables", {"Fn::If": []}, {"A": "1"}))
    assert unread is not None
    assert unread.risk == U


@each_row([("a", None, N), (None, "a", H), ("a", "b", N)])
def test_a_reference_to_a_secret(before: Any, after: Any, risk: Risk) -> None:
    assert secret_references(changed("Secrets", before, after)).risk == risk


@each_row(
    [
        ("ml.m5.large", "ml.m5.24xlarge", C),
        ("ml.m5.xlarge", "ml.m5.large", N),
        ("ml.m5.large", "ml.m6i.large", H),
        ("ml.m5.large", "ml.c5.large", H),
        ("ml.m5.large", "ml.g5.xlarge", C),
        ("ml.g5.xlarge", "ml.m5.4xlarge", N),
        ("m5.large", "m6g.large", N),
        ("t3.micro", "t3.small", C),
        ("m5.metal", "m5.24xlarge", H),
        ("ml.m5.large", {"Ref": "Type"}, N),
    ],
)
def test_a_machine_type(before: Any, after: Any, risk: Risk) -> None:
    assert compare_machines(before, after, down=interruption("smaller")).risk == risk


def test_what_a_machine_type_says() -> None:
    machine = parse_machine("ml.p4d.24xlarge")
    assert machine is not None
    assert (machine.size, machine.accelerated, machine.graviton) == (96, True, False)
    assert parse_machine("large") is None
    assert parse_machine("x1.huge") is None
    metal = parse_machine("c7g.metal-16xl")
    assert metal is not None
    assert (metal.size, metal.graviton) == (64, True)


def test_a_machine_that_is_stopped_for_it() -> None:
    rule = machine_rule(down=harmless("smaller"), restarts=interruption("stops"))
    found = rule(changed("InstanceType", "m5.large", "m5.xlarge"))
    assert found is not None
    assert found.risk == N
