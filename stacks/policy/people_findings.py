"""The findings of the policy rules that are accepted for users, their page, and their uploads."""

from __future__ import annotations

from contract.upload_layout import KEY_PREFIX
from stacks.policy.accepted_finding import AcceptedFinding, traced
from stacks.policy.shared_bucket import PICTURES_BUCKET, logical_id, pictures_bucket_arn
from stacks.settings import Settings


def people_findings(settings: Settings) -> list[AcceptedFinding]:
    """Findings in the stacks of identity and web, and in the API for users."""
    if not settings.parts.people:
        return []
    found = {
        ("identity", "People"): {
            "COG2": "the page has no second factor; an account opens nothing but predictions and its own uploads",
            "COG8": "the plan with threat protection costs by the person; passwords are long and never sent",
        },
        ("web", "Distribution/Distribution"): {
            "CFR1": "digits are read everywhere; nothing here is meant for some countries only",
            "CFR2": "the site is some public files; a firewall costs more a month than the rest of dev together",
            "CFR3": "the standard logs want a bucket with access control lists; what CloudFront reads is in the access "
            "log of the bucket, and what the page calls in that of the API",
            "CFR4": "the certificate of CloudFront's own domain fixes the oldest TLS; a domain of one's own raises it",
        },
        ("api", "People/RestApi"): {
            "APIG3": "nobody without an account gets past the front door, and every method is throttled; a web "
            "application firewall costs more a month than the rest of dev together",
            "APIG4": "only OPTIONS is open: browsers ask without a token whether a page may call, and learn no more",
        },
    }
    return [
        AcceptedFinding(
            stack=settings.stack_name(part), construct=construct, finding=f"AwsSolutions-{rule}", reason=reason
        )
        for (part, construct), reasons in found.items()
        for rule, reason in reasons.items()
    ]


def upload_findings(settings: Settings) -> list[AcceptedFinding]:
    """Findings in the stack of uploads, and in the function that signs their forms."""
    if not settings.parts.uploads:
        return []
    upload, api = settings.stack_name("upload"), settings.stack_name("api")
    logs = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:/aws/appsync/apis/*"
    roles = [(upload, "Reading/Worker/Role"), (api, "Uploads/Role")]
    return [
        AcceptedFinding(
            stack=upload,
            construct="Channels/LogRole",
            finding=f"AwsSolutions-IAM5[Resource::{logs}]",
            reason="the name of the log group has the id of the API, which is made with this role",
        ),
        AcceptedFinding(
            stack=upload,
            construct="Reading/Worker/Role",
            finding=f"AwsSolutions-IAM5[Resource::<{logical_id(*PICTURES_BUCKET)}.Arn>/{KEY_PREFIX}*]",
            reason="keys are made of person and job, and the worker reads whatever was uploaded",
        ),
        AcceptedFinding(
            stack=api,
            construct="Uploads/Role",
            finding=f"AwsSolutions-IAM5[Resource::{pictures_bucket_arn(settings)}/{KEY_PREFIX}*]",
            reason="keys are made of person and job; each form that is signed allows a single one",
        ),
        *(traced(stack, role) for stack, role in roles if settings.tracing),
    ]
