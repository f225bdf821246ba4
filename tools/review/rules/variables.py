"""Environment variables of functions and containers: what their names and values tell of a change.

Names are read by their words (`READ_TIMEOUT_SECONDS` has three). The variables of this project that follow the promoted
model are harmless by design; a variable whose name says nothing is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contract.digit import RAW_FORM
from contract.json_text import read_json
from tools.review.change import Change, Verdict, access, cost, data_loss, harmless, interruption, unknown, worst
from tools.review.references import followed
from tools.review.rules import variable_words as words_of
from tools.review.values import OFF, ON, figure, literal

_Judge = Callable[[frozenset[str], Change], Verdict | None]


def variable(change: Change) -> Verdict:
    """Judge one variable; its name is the last part of the path, or the `Name` of the item."""
    names = _names(change)
    if len(names) > 1:
        return worst(_judge(names[0], _values(change, head=False)), _judge(names[1], _values(change, base=False)))
    return _judge(names[0], _values(change))


def variables(change: Change) -> Verdict | None:
    """Judge all variables of a list or an object at once; the worst is told. None when it is neither."""
    before, after = _named(change.before), _named(change.after)
    if before is None or after is None:
        return unknown("the variables are not written out")
    differing = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    verdicts = [_judge(name, _with(change, before.get(name), after.get(name))) for name in differing]
    return worst(*verdicts) if verdicts else None


def secret_references(change: Change) -> Verdict:
    """Judge a variable that is read from Secrets Manager or Parameter Store when the container starts."""
    if not change.after:
        return interruption("a secret is no longer handed to the program, which may not start without it")
    if not change.before:
        return harmless("the value stays in its store and is read when the program starts")
    return followed(change) or interruption(
        "the program reads another secret than before, with other rights or for another system"
    )


def _judge(name: str, change: Change) -> Verdict:
    change = replace(change, property=name)
    words = frozenset(re.findall(r"[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+", name.replace("-", "_")))
    upper = frozenset(word.upper() for word in words)
    for judge in _JUDGES:
        verdict = judge(upper, change)
        if verdict is not None:
            return replace(verdict, why=f"{name}: {verdict.why}")
    if change.before is None:
        return harmless(f"{name}: a variable more; a program that does not know it ignores it")
    return unknown(f"{name}: nobody can tell here what the program does with its other value")


def _secret(words: frozenset[str], change: Change) -> Verdict | None:
    value = change.after
    if not isinstance(value, str) or not value or value.startswith(words_of.DYNAMIC):
        return None
    named = (
        bool(words & words_of.SECRETS or any({*pair} <= words for pair in words_of.SECRET_PAIRS))
        and not words & words_of.ONLY_NAMES_A_SECRET
    )
    if words_of.SECRET_VALUE.search(value) or (named and not value.startswith("arn:") and not _is_switch(value)):
        return access("a secret in plain text, for everybody who may read the template or the configuration")
    return None


def _guard(words: frozenset[str], change: Change) -> Verdict | None:
    if not words & (words_of.GUARDED | words_of.OPENS):
        return None
    opens = bool(words & (words_of.OPENS | words_of.NEGATIVE))
    before, after = (_truth(value) for value in (change.before, change.after))
    if (change.after is not None and after is None) or (change.before is not None and before is None):
        return (
            access("it takes part in who is let in or what is checked, and has another value")
            if change.before
            else None
        )
    lowered = after is True if opens else after is False or (change.after is None and before is True)
    if lowered:
        return access("a check of the program is switched off")
    if change.before is None or after is not None:
        return harmless("a check of the program is on")
    return harmless("what switched a check off is gone")


def _trust(words: frozenset[str], change: Change) -> Verdict | None:
    if words & words_of.ORIGINS:
        return _origins(change)
    if not words & words_of.TRUSTS:
        return None
    if followed(change):
        return followed(change)
    return access("whom the program lets in or trusts is another than before")


def _origins(change: Change) -> Verdict:
    before, after = (
        set(re.split(r"[\s,;]+", value)) if isinstance(value, str) else None
        for value in (change.before or "", change.after or "")
    )
    if change.after is None:
        return worst(
            interruption("the program is no longer told which pages may read its answers"),
            access("pages of other origins than before may read answers in a browser"),
        )
    if before is None or after is None:
        return access("pages of other origins than before may read answers in a browser")
    if after - before - {""}:
        return access("pages of more origins may read answers in a browser")
    return interruption("pages of an origin that could so far can no longer read answers in a browser")


def _measured(words: frozenset[str], change: Change) -> Verdict | None:
    """Powertools counts metrics under these: https://docs.powertools.aws.dev/lambda/python/latest/core/metrics/."""
    if change.before is None:
        return None
    if {"POWERTOOLS", "SERVICE", "NAME"} <= words or {"POWERTOOLS", "METRICS", "NAMESPACE"} <= words:
        return access("its metrics are counted under another name: alarms that watch the old one are blind")
    return None


def _form(words: frozenset[str], change: Change) -> Verdict | None:
    """Judge the card of the promoted model: the endpoint has the next model before its functions have the next card."""
    if not {"MODEL", "CARD"} <= words:
        return None
    before, after = (_canonical_form(value) for value in (change.before, change.after))
    if before is None or after is None or before == after:
        return None
    return interruption(
        f"the next model knows digits in the canonical form {after}, this function gives it form {before} until it is "
        "updated itself: predictions are worse meanwhile"
    )


def _canonical_form(card: Any) -> object:
    """The form that a card names, raw if it names none; None where the text is no card."""
    try:
        document = read_json(card) if isinstance(card, str) else None
    except ValueError:
        return None
    return document.get("canonical_form", RAW_FORM) if isinstance(document, dict) else None


def _design(words: frozenset[str], change: Change) -> Verdict | None:
    if change.after is None:
        return None
    if words & {"MODEL", "IMAGE"} and not words & (words_of.PLACES | words_of.WAITS | words_of.BOUNDS):
        return harmless("it follows the promoted model or image, by design")
    if words & words_of.BY_DESIGN or words in ({"VERSION"}, {"APP", "VERSION"}, {"SERVICE", "NAME"}):
        return harmless("it only describes the release")
    return None


def _level(words: frozenset[str], change: Change) -> Verdict | None:
    if not ({"LOG", "LEVEL"} <= words or {"LOGLEVEL"} & words or words & {"DEBUG", "VERBOSE"}):
        return None
    if words & {"DEBUG", "VERBOSE"}:
        on = _truth(change.after)
        return (
            harmless("no details are shown for debugging")
            if on is False or change.after is None
            else access("details of requests and errors are shown or logged for debugging")
        )
    before, after = (
        words_of.LEVEL_WORDS.get(word, word)
        for word in (str(change.before or "info").lower(), str(change.after or "info").lower())
    )
    if before not in words_of.LEVELS or after not in words_of.LEVELS:
        return cost("another log level, perhaps with more lines")
    if after == "off" and before != "off":
        return data_loss("nothing is logged any more")
    if words_of.LEVELS.index(after) < words_of.LEVELS.index(before):
        return cost("more lines are logged for each request, and more of what is in it")
    return harmless("fewer lines are logged")


def _figures(words: frozenset[str], change: Change) -> Verdict | None:
    before, after = figure(change.before), figure(change.after)
    if before is None or after is None:
        return None
    if before == after:
        return harmless("the same number")
    up, down = words_of.NUMBERS.get(change.property or "") or _directions(words) or (None, None)
    return up if after > before else down


def _directions(words: frozenset[str]) -> tuple[Verdict, Verdict] | None:
    if words & words_of.KEPT:
        return cost("something is kept for longer"), data_loss("something is kept for less long and is gone after that")
    if words & words_of.WAITS:
        return harmless("it waits for longer before it gives up"), interruption(
            "it gives up sooner: what is slow fails"
        )
    if words & words_of.TRIES:
        return harmless("it tries more often before it gives up"), interruption("it gives up after fewer tries")
    if words & words_of.BOUNDS:
        return cost("a higher limit: more is accepted or done at once"), interruption(
            "a lower limit: what was accepted so far is rejected"
        )
    if words & {"MEMORY", "WORKERS", "THREADS", "SECONDS", "MINUTES", "BATCH", "SIZE", "INTERVAL"}:
        return harmless("a figure by which the program sets its pace"), harmless(
            "a figure by which the program sets its pace"
        )
    return None


def _place(words: frozenset[str], change: Change) -> Verdict | None:
    if change.before is None:
        return None
    if change.after is None:
        return interruption("the program no longer finds it in its environment, and may not start without it")
    found = followed(change)
    if found is not None:
        return found
    if words & words_of.PLACES or not (literal(change.before) and literal(change.after)):
        return interruption("the program talks to another place than before, where its rights or its data may not be")
    return None


def _is_switch(value: Any) -> bool:
    return _truth(value) is not None or figure(value) is not None


def _truth(value: Any) -> bool | None:
    word = str(value).lower()
    return True if word in ON | {"1"} else False if word in OFF | {"0"} else None


_JUDGES: tuple[_Judge, ...] = (_secret, _guard, _trust, _measured, _level, _figures, _form, _design, _place)


def _names(change: Change) -> list[str]:
    items = [item.get("Name") for item in (change.before, change.after) if isinstance(item, Mapping) and "Name" in item]
    if items:
        return list(dict.fromkeys(str(name) for name in items))
    return [(change.property or "").rpartition(".")[2]]


def _values(change: Change, *, base: bool = True, head: bool = True) -> Change:
    return _with(change, _value(change.before) if base else None, _value(change.after) if head else None)


def _value(item: Any) -> Any:
    return item.get("Value") if isinstance(item, Mapping) and "Name" in item else item


def _with(change: Change, before: Any, after: Any) -> Change:
    return replace(change, before=before, after=after)


def _named(value: Any) -> dict[str, Any] | None:
    if value is None:
        return {}
    if isinstance(value, Mapping) and not any(key.startswith("Fn::") for key in value):
        return dict(value)
    if isinstance(value, list) and all(isinstance(item, Mapping) and "Name" in item for item in value):
        return {str(item["Name"]): item.get("Value") for item in value}
    return None
