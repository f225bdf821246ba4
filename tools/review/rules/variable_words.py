"""Words in the names of environment variables, and what they say of a variable."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.review.change import Verdict, access, cost, harmless, interruption

SECRETS = frozenset(
    {"PASSWORD", "PASSWD", "PASS", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "APIKEY", "PASSPHRASE"}
)
SECRET_PAIRS = (("API", "KEY"), ("PRIVATE", "KEY"), ("ACCESS", "KEY"), ("SIGNING", "KEY"), ("ENCRYPTION", "KEY"))
ONLY_NAMES_A_SECRET = frozenset(
    {"ARN", "NAME", "ID", "PATH", "PARAMETER", "PARAM", "TTL", "SECONDS", "MINUTES", "HOURS", "URL", "URI", "TABLE"}
    | {"BUCKET", "VERSION", "TYPE", "ENDPOINT", "LENGTH", "FILE", "EXPIRY", "EXPIRATION", "HEADER", "ALGORITHM", "AGE"}
    | {"LIMIT", "LIMITS", "COUNT", "TOKENS", "REGION", "ROLE", "USE", "MAX", "MIN"}
)
SECRET_VALUE = re.compile(r"AKIA[A-Z0-9]{16}|-----BEGIN |://[^/\s:@]+:[^/\s:@]+@|ghp_[A-Za-z0-9]{20}|sk_live_|xox[bp]-")
DYNAMIC = "{{resolve:"

NEGATIVE = frozenset({"DISABLE", "DISABLED", "SKIP", "NO", "BYPASS", "IGNORE", "WITHOUT", "INSECURE", "UNSAFE", "OFF"})
GUARDED = frozenset(
    {"AUTH", "AUTHN", "AUTHZ", "AUTHENTICATION", "AUTHORIZATION", "AUTHORISATION", "VERIFY", "VERIFICATION", "VALIDATE"}
    | {"VALIDATION", "SIGNATURE", "SSL", "TLS", "HTTPS", "CSRF", "MFA", "JWT", "OIDC", "WAF", "ENCRYPT", "ENCRYPTION"}
    | {"PYTHONHTTPSVERIFY", "UNAUTHORIZED", "SECURE", "CHECKSUM", "RATELIMIT", "REDACT", "MASK", "AUDIT", "LOGIN"}
)
OPENS = frozenset({"ANONYMOUS", "PUBLIC", "INSECURE", "UNSAFE", "GUEST", "UNAUTHENTICATED", "BYPASS", "IMPERSONATION"})
TRUSTS = frozenset(
    {
        "ISSUER",
        "AUDIENCE",
        "ALLOWED",
        "ALLOWLIST",
        "WHITELIST",
        "TRUSTED",
        "ADMIN",
        "ADMINS",
        "ALLOW",
        "PERMITTED",
        "JWKS",
    }
)
ORIGINS = frozenset({"ORIGIN", "ORIGINS", "CORS"})
BY_DESIGN = frozenset(
    {"DIGEST", "SHA", "SHA256", "COMMIT", "BUILD", "RELEASE", "REVISION", "HASH", "CHECKSUMS", "DEPLOYED", "POWERTOOLS"}
    | {"COLOR", "COLOUR", "TZ", "LANG", "BANNER", "LABEL", "DESCRIPTION", "TITLE"}
)
KEPT = frozenset({"KEEP", "RETENTION", "RETAIN", "TTL", "EXPIRY", "EXPIRE", "EXPIRES", "EXPIRATION"})
WAITS = frozenset({"TIMEOUT", "DEADLINE", "WAIT"})
TRIES = frozenset({"ATTEMPTS", "RETRIES", "RETRY", "TRIES"})
BOUNDS = frozenset({"MAX", "MAXIMUM", "LIMIT", "CONCURRENCY", "QUOTA"})
PLACES = frozenset(
    {
        "URL",
        "URI",
        "HOST",
        "HOSTNAME",
        "ENDPOINT",
        "TABLE",
        "BUCKET",
        "QUEUE",
        "TOPIC",
        "STREAM",
        "ARN",
        "DATABASE",
        "DB",
    }
    | {"PORT", "PREFIX", "ADDRESS", "CLUSTER", "REGION", "BUS", "FUNCTION", "SERVER", "DOMAIN"}
)
LEVELS = ("trace", "debug", "info", "warning", "error", "critical", "off")
LEVEL_WORDS = {"warn": "warning", "fatal": "critical", "none": "off"}

NUMBERS: Mapping[str, tuple[Verdict, Verdict]] = {
    "URL_SECONDS": (
        access("signed addresses for an upload can be used for longer, by whoever has them"),
        interruption("signed addresses for an upload end sooner: slow uploads are rejected"),
    ),
    "UPLOAD_BYTES_MAX": (
        cost("larger uploads are accepted, stored and read"),
        interruption("uploads that were accepted so far are rejected as too large"),
    ),
    "ANSWER_SECONDS": (
        harmless("results are waited for for longer"),
        interruption("results are waited for for less long: callers are told sooner that there is none yet"),
    ),
    "PICTURE_SECONDS": (
        harmless("a picture may take longer"),
        interruption("a picture that takes longer than this counts as failed"),
    ),
    "READING_SECONDS": (
        harmless("reading a picture may take longer"),
        interruption("reading that takes longer than this counts as failed"),
    ),
    "PAUSE_SECONDS": (
        harmless("a longer pause before work is tried again"),
        harmless("a shorter pause before work is tried again"),
    ),
}
"""What a larger and a smaller number means, for variables of this project."""
