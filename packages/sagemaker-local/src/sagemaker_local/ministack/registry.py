"""The only gate to MiniStack's private registries; made for version 1.5.33 and no other.

MiniStack has no plug-in interface, so `sagemaker_local.ministack.installation` enters services, CloudFormation types
and IAM rules into its tables at run time. `PRIVATE_NAMES` is the complete list of what is touched, and everything is
looked up and replaced through it; one test asserts that each name is still there. An upgrade fails in that test and
nowhere else.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any

from sagemaker_local.sagemaker.records import Scope

VERSION = "1.5.33"
PRIVATE_NAMES = (
    "ministack.app:SERVICE_HANDLERS",
    "ministack.app:SERVICE_REGISTRY",
    "ministack.app:_enforce_execute_api",
    "ministack.app:_handle_execute_api_request",
    "ministack.app:_loaded_modules",
    "ministack.app:_parse_execute_api_url",
    "ministack.app:app",
    "ministack.app:detect_service",
    "ministack.app:pin_signed_body",
    "ministack.app:pin_signed_request",
    "ministack.core.appsync_js:AppSyncJsError",
    "ministack.core.appsync_js:evaluate",
    "ministack.core.concurrency:run_reentrant",
    "ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE",
    "ministack.core.iam_actions:_BOTOCORE_SERVICE_MAP",
    "ministack.core.iam_actions:_param",
    "ministack.core.iam_actions:access_denied_response",
    "ministack.core.iam_actions:dynamodb_service_context",
    "ministack.core.iam_actions:extract_resource_arn",
    "ministack.core.iam_actions:identity_denial_message",
    "ministack.core.iam_actions:s3_service_context",
    "ministack.core.iam_evaluator:AuthError",
    "ministack.core.iam_evaluator:EvalContext",
    "ministack.core.iam_evaluator:_gather_role_policies",
    "ministack.core.iam_evaluator:enforce",
    "ministack.core.iam_evaluator:evaluate",
    "ministack.core.iam_evaluator:evaluate_resource_policy",
    "ministack.core.iam_evaluator:is_root_access_key",
    "ministack.core.iam_evaluator:pin_request_origin",
    "ministack.core.iam_evaluator:resolve_caller_identity",
    "ministack.core.lambda_runtime:_detect_runtime_binary",
    "ministack.core.lambda_runtime:_worker_key",
    "ministack.core.lambda_runtime:_workers",
    "ministack.core.lambda_runtime:ensure_spawned",
    "ministack.core.lambda_runtime:execution_credentials",
    "ministack.core.lambda_runtime:kill_workers",
    "ministack.core.lambda_runtime:reset",
    "ministack.core.lambda_runtime:zipfile",
    "ministack.core.responses:get_account_id",
    "ministack.core.responses:get_region",
    "ministack.core.responses:request_scope",
    "ministack.core.router:SERVICE_PATTERNS",
    "ministack.core.sigv4:decode_header_value",
    "ministack.core.sigv4:header_signature_failure",
    "ministack.core.sigv4:parse_header_signature",
    "ministack.core.sigv4:request_time_failure",
    "ministack.services.apigateway_v1:_AUTHENTICATION_GATEWAY_ERRORS",
    "ministack.services.apigateway_v1:_GATEWAY_RESPONSE_ERROR_TYPES",
    "ministack.services.apigateway_v1:_build_lambda_event_v1",
    "ministack.services.apigateway_v1:_gateway_response_for_type",
    "ministack.services.apigateway_v1:_gw_error",
    "ministack.services.apigateway_v1:_invoke_lambda_proxy_v1",
    "ministack.services.apigateway_v1:_lambda_proxy_response",
    "ministack.services.apigateway_v1:_rest_apis",
    "ministack.services.apigateway_v1:_validate_cognito_authorizer",
    "ministack.services.apigateway_v1:authentication_error_response",
    "ministack.services.appsync:_tags",
    "ministack.services.appsync:_validate_tag_resource_arn",
    "ministack.services.appsync_events:_api_keys",
    "ministack.services.appsync_events:_apis",
    "ministack.services.appsync_events:_channel_namespaces",
    "ministack.services.appsync_events:_create_api",
    "ministack.services.appsync_events:_create_api_key",
    "ministack.services.appsync_events:_create_channel_namespace",
    "ministack.services.appsync_events:_default_dns_for_api",
    "ministack.services.appsync_events:_delete_api",
    "ministack.services.appsync_events:_delete_api_key",
    "ministack.services.appsync_events:_delete_channel_namespace",
    "ministack.services.appsync_events:_get_api",
    "ministack.services.appsync_events:_get_channel_namespace",
    "ministack.services.appsync_events:_new_api_id",
    "ministack.services.appsync_events:_update_api",
    "ministack.services.appsync_events:_update_channel_namespace",
    "ministack.services.cloudformation.changesets:_diff_resources",
    "ministack.services.cloudformation.changesets:_resolve_props_for_diff",
    "ministack.services.cloudformation.drift:detect_resource_drift",
    "ministack.services.cloudformation.drift:supports_drift",
    "ministack.services.cloudformation.handlers:_stack_has_no_updates",
    "ministack.services.cloudformation.provisioners:_CUSTOM_NAME_REPLACEMENT",
    "ministack.services.cloudformation.provisioners:_REPLACING_PROPERTIES",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS",
    "ministack.services.cloudformation.provisioners:_STACK_TAG_PROPERTY",
    "ministack.services.cloudformation.provisioners:_cw_metric_alarm_record",
    "ministack.services.cloudformation.provisioners:_physical_name",
    "ministack.services.cloudformation.stacks:_provision_resource",
    "ministack.services.cloudformation.stacks:_runs_on_worker_thread",
    "ministack.services.cloudformation.stacks:_update_resource",
    "ministack.services.cloudfront:_dataplane_allowed_methods",
    "ministack.services.cloudfront:_distributions",
    "ministack.services.cloudwatch:_alarms",
    "ministack.services.cloudwatch:_calc_stats",
    "ministack.services.cloudwatch:_dims_key",
    "ministack.services.cloudwatch:_dispatch_alarm_actions",
    "ministack.services.cloudwatch:_evaluate_alarm",
    "ministack.services.cloudwatch:_evaluate_all_alarms",
    "ministack.services.cloudwatch:_evaluate_parent_alarms",
    "ministack.services.cloudwatch:_metric_bucket",
    "ministack.services.cloudwatch:_metrics",
    "ministack.services.cloudwatch:_record_history",
    "ministack.services.cloudwatch:_stat_value",
    "ministack.services.cloudwatch:record_metric",
    "ministack.services.cloudwatch_logs:_append_log_events",
    "ministack.services.cognito:_sign_up",
    "ministack.services.cognito:_user_pools",
    "ministack.services.cognito:error_response_json",
    "ministack.services.cognito:well_known_jwks",
    "ministack.services.dynamodb:_pitr_settings",
    "ministack.services.dynamodb:_tables",
    "ministack.services.dynamodb:_ttl_settings",
    "ministack.services.dynamodb:_update_continuous_backups",
    "ministack.services.dynamodb:_update_table",
    "ministack.services.dynamodb:_update_ttl",
    "ministack.services.eventbridge:_SCHEDULER_TICK_INTERVAL",
    "ministack.services.eventbridge:_invoke_target",
    "ministack.services.eventbridge:_pattern_event_view",
    "ministack.services.iam:_aws_managed_policies",
    "ministack.services.iam:_build_simulate_results_real",
    "ministack.services.iam:_extract_simulate_params",
    "ministack.services.iam:_roles",
    "ministack.services.iam:policy_known",
    "ministack.services.kms:_keys",
    "ministack.services.lambda_svc:_apply_filter_criteria",
    "ministack.services.lambda_svc:_emit_lambda_metrics",
    "ministack.services.lambda_svc:_execute_function",
    "ministack.services.lambda_svc:_execute_function_dispatch",
    "ministack.services.lambda_svc:_execute_function_warm",
    "ministack.services.lambda_svc:_function_config_scope_mismatch",
    "ministack.services.lambda_svc:_get_func_record_for_qualifier",
    "ministack.services.lambda_svc:_iter_all_esms",
    "ministack.services.lambda_svc:_poll_kinesis",
    "ministack.services.lambda_svc:_poll_sqs",
    "ministack.services.lambda_svc:_sqs_esm_concurrency",
    "ministack.services.lambda_svc:_throttle_response",
    "ministack.services.lambda_svc:acquire_worker",
    "ministack.services.lambda_svc:release_worker",
    "ministack.services.s3:_bucket_tags",
    "ministack.services.s3:_buckets",
    "ministack.services.s3:_delete_bucket_encryption",
    "ministack.services.s3:_delete_bucket_lifecycle",
    "ministack.services.s3:_delete_bucket_ownership_controls",
    "ministack.services.s3:_delete_bucket_tagging",
    "ministack.services.s3:_deliver_event_to_sqs",
    "ministack.services.s3:_enforce_signed_post_policy",
    "ministack.services.s3:_error",
    "ministack.services.s3:_parse_multipart_form",
    "ministack.services.s3:_put_bucket_encryption",
    "ministack.services.s3:_put_bucket_lifecycle",
    "ministack.services.s3:_put_bucket_logging",
    "ministack.services.s3:_put_bucket_ownership_controls",
    "ministack.services.s3:_put_bucket_tagging",
    "ministack.services.s3:_resolve_sse_write_headers",
    "ministack.services.s3:cors_response_headers",
    "ministack.services.s3:serve_cloudfront_origin_fetch",
    "ministack.services.scheduler:_SCHEDULE_TICK_INTERVAL",
    "ministack.services.sns:_topics",
    "ministack.services.sqs:_delete_messages_for_esm",
    "ministack.services.sqs:_queue_by_arn",
    "ministack.services.sqs:_queues",
    "ministack.services.sqs:_receive_messages_for_esm",
    "ministack.services.sts:register_session",
    "ministack.services.tagging:_RESOURCE_TAG_COLLECTORS",
    "ministack.services.tagging:_collect_cloudfront",
)


class RegistryError(Exception):
    """MiniStack is not the one that this file was made for."""


def private(name: str) -> Any:
    """Look up one of `PRIVATE_NAMES`; modules are imported only when something of theirs is wanted.

    Raises
    ------
    RegistryError
        When the name is not in the list, or not in this version of MiniStack.
    """
    if name not in PRIVATE_NAMES:
        msg = f"{name} is not in PRIVATE_NAMES; enter it there, so that the test of this list knows it"
        raise RegistryError(msg)
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        msg = f"MiniStack {version()} has no {name}; this extension was made for {VERSION}"
        raise RegistryError(msg) from error


def replace(name: str, value: object) -> None:
    """Put something else in the place of one of `PRIVATE_NAMES`."""
    private(name)
    module, _, attribute = name.partition(":")
    setattr(importlib.import_module(module), attribute, value)


def version() -> str:
    """Version of the installed MiniStack."""
    return importlib.metadata.version("ministack")


def application() -> Any:
    """MiniStack's ASGI application."""
    return private("ministack.app:app")


def scope() -> Scope:
    """Account and region of the request that is being handled."""
    account, region = private("ministack.core.responses:get_account_id"), private("ministack.core.responses:get_region")
    return Scope(account=account(), region=region())


def check_version() -> None:
    """See that this is the MiniStack that the extension was made for.

    Raises
    ------
    RegistryError
        When it is another version, or a name is missing.
    """
    if version() != VERSION:
        msg = f"MiniStack {version()} is installed; this extension was made for {VERSION}"
        raise RegistryError(msg)
    for name in PRIVATE_NAMES:
        private(name)
