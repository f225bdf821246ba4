"""The grammar of channels of Event APIs, and the rules for events and handler code."""

from __future__ import annotations

import json

import pytest

from sagemaker_local.appsync import code, definitions, events
from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.errors import Json

USERS = {"authType": "AMAZON_COGNITO_USER_POOLS"}


@pytest.mark.parametrize("text", ["/a", "a", "/a/b/c/d/e", "/A-1/b/", f"/{'x' * 50}", "/predictions/0a-b/1"])
def test_channels(text: str) -> None:
    assert Channel.parse(text).path == "/" + text.strip("/")


@pytest.mark.parametrize(
    "text",
    ["", "/", "/a/b/c/d/e/f", "/a//b", "/-a", "/a-", f"/{'x' * 51}", "/a_b", "/a/*", "/*", "/a b", "/ä", None, 7],
)
def test_no_channels(text: object) -> None:
    with pytest.raises(ValueError, match="is no channel: allowed are 1 to 5 segments"):
        Channel.parse(text)


@pytest.mark.parametrize("text", ["/*", "/*/a", "/a/*/b", "/a/b*", "/a/**", "*"])
def test_a_wildcard_is_the_last_segment_of_a_namespace(text: str) -> None:
    with pytest.raises(ValueError, match=r"and \* as the last"):
        Channel.parse(text, wildcard=True)


@pytest.mark.parametrize(
    ("subscribed", "published", "received"),
    [
        ("/a/b", "/a/b", True),
        ("a/b", "/a/b/", True),
        ("/a/b", "/a/b/c", False),
        ("/a/b", "/a", False),
        ("/a/b", "/a/B", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", True),
        ("/a/*", "/a", False),
        ("/a/b/*", "/a/c/d", False),
    ],
)
def test_who_receives_what(subscribed: str, published: str, received: bool) -> None:
    assert Channel.parse(subscribed, wildcard=True).receives(Channel.parse(published)) is received


def test_events_keep_their_order_and_text() -> None:
    parsed = events.parse(['{"a": 1}', '"ä"', "null"])
    assert [(event.index, event.text) for event in parsed] == [(0, '{"a": 1}'), (1, '"ä"'), (2, "null")]
    assert len({event.identifier for event in parsed}) == 3


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        (None, "1 to 5 JSON texts"),
        ([], "1 to 5 JSON texts"),
        ("[]", "1 to 5 JSON texts"),
        (["1"] * 6, "input exceeded 5 event limit"),
        (["1", "{"], "event 1 is not a JSON text"),
        ([{"a": 1}], "event 0 is not a JSON text"),
        ([json.dumps("ä" * 122_880, ensure_ascii=False)], "event 0 has 245762 bytes; at most 245760"),
    ],
)
def test_no_events(listed: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        events.parse(listed)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("export function onSubscribe(ctx) {}", {"onSubscribe"}),
        ("export const onPublish = (ctx) => []", {"onPublish"}),
        ("function onSubscribe() {}\nexport { onSubscribe };", {"onSubscribe"}),
        ("function a() {}\nfunction b() {}\nexport { a as onSubscribe, b };", {"onSubscribe", "b"}),
        ("function onSubscribe() {}", set()),
        ("// export function onSubscribe() {}", set()),
        ("const text = 'export function onSubscribe() {}'", set()),
    ],
)
def test_only_what_is_exported_is_a_handler(source: str, names: set[str]) -> None:
    assert code.exported(source) == names


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("try { a() } catch (e) {}", "try"),
        ("throw 'x'", "throw"),
        ("while (true) {}", "while"),
        ("for (let i = 0; i < 3; i += 1) {}", r"for \(;;\)"),
        ("i++", r"\+\+"),
        ("const f = async () => 1", "async"),
        ("class A {}", "class"),
        ("if ('a' in b) {}", "in"),
        ("if (a instanceof B) {}", "instanceof"),
        ("const a = ~1", "~"),
    ],
)
def test_what_appsync_js_does_not_have(source: str, word: str) -> None:
    with pytest.raises(AssertionError, match=f"APPSYNC_JS has no {word}"):
        raise AssertionError(code.complaint(source))


def test_words_in_texts_and_names_are_no_complaint() -> None:
    source = """
    // try this while it is new, in any class
    const text = "throw it" + 'class' + `await`;
    const renewed = { tryAgain: 1, thrown: 2 };
    for (const key of Object.keys(renewed)) { use(key); }
    for (const key in renewed) { use(key); }
    """
    assert code.complaint(source) is None
    assert code.complaint("x" * 32_768) is None
    assert code.complaint("x" * 32_769) == "the code has 32769 characters; allowed are 1 to 32768"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"name": "a/b"}, "the name 'a/b'"),
        ({"name": "a" * 51}, "1 to 50 letters"),
        ({"name": "a", "eventConfig": {"authProviders": [USERS]}}, "eventConfig needs connectionAuthModes"),
    ],
)
def test_apis_that_are_refused(document: Json, text: str) -> None:
    assert text in (definitions.api_complaint(document) or "")


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"name": "-a"}, "which is not first or last"),
        (
            {"name": "a", "publishAuthModes": [USERS]},
            "POOLS is not among the authProviders (AWS_IAM)",
        ),
        ({"name": "a", "handlerConfigs": {"onPublish": {}}}, "no data sources"),
        ({"name": "a", "codeHandlers": "throw 1"}, "The code contains one or more errors: APPSYNC_JS has no throw"),
    ],
)
def test_namespaces_that_are_refused(document: Json, text: str) -> None:
    assert text in (definitions.namespace_complaint(document, {"AWS_IAM"}) or "")
    assert definitions.namespace_complaint({"name": "a", "handlerConfigs": {}}, {"AWS_IAM"}) is None
