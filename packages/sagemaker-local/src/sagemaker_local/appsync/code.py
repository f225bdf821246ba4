"""Checks the code of handlers: what it exports, and what APPSYNC_JS does not support.

It is no parser: texts, templates and comments are left out, then words are looked for. Mistakes of syntax
are found by Node. https://docs.aws.amazon.com/appsync/latest/eventapi/runtime-supported-features.html
"""

from __future__ import annotations

import re

CODE_MAX = 32_768
_LEFT_OUT = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL)
_DECLARED = re.compile(r"\bexport\s+(?:const|let|var|async\s+function|function)\s+(\w+)")
_LISTED = re.compile(r"\bexport\s*\{([^}]*)\}")
_LOOP_OVER_NAMES = re.compile(r"\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b")
_MISSING = re.compile(
    r"\b(?:try|catch|finally|throw|while|do|continue|class|this|async|await|yield|in|instanceof)\b"
    r"|\+\+|--|~|\bfor\s*\([^)]*;"
)


def exported(code: str) -> set[str]:
    """Names that the code exports; a function that is not exported is no handler."""
    seen = _LEFT_OUT.sub(" ", code)
    listed = [part.split(" as ")[-1].strip() for names in _LISTED.findall(seen) for part in names.split(",")]
    return {*_DECLARED.findall(seen), *(name for name in listed if name)}


def complaint(code: str) -> str | None:
    """What AppSync has against the code, if anything; its syntax is not looked at."""
    if not 1 <= len(code) <= CODE_MAX:
        return f"the code has {len(code)} characters; allowed are 1 to {CODE_MAX}"
    found = _MISSING.search(_LOOP_OVER_NAMES.sub("for (", _LEFT_OUT.sub(" ", code)))
    if found is None:
        return None
    shown = "for (;;)" if found.group().startswith("for") else found.group()
    return f"APPSYNC_JS has no {shown}"
