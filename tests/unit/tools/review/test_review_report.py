"""A review as text, JSON and comment: the verdict first, dangers always, the rest as it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.review.change import Risk
from tools.review.comment import COMMENT_CHARACTERS_MAX, MARKER, as_markdown
from tools.review.iam import AccessChange, Direction
from tools.review.report import as_json, as_text, value_text, verdict
from tools.review.review import Review, ReviewedChange, without_environment
from tools.review.texts import cell, code, plain

ORDER = [Risk.DATA_LOSS, Risk.INTERRUPTION, Risk.ACCESS, Risk.COST, Risk.UNKNOWN, Risk.HARMLESS]


def change(risk: Risk = Risk.DATA_LOSS, **values: Any) -> ReviewedChange:
    known: dict[str, Any] = {
        "environments": ("prod",),
        "stack": "digits-prod-storage",
        "logical_id": "Bucket",
        "type": "AWS::S3::Bucket",
        "property": "VersioningConfiguration.Status",
        "action": "modify",
        "why": "what is overwritten cannot be brought back",
        "before": "Enabled",
        "after": "Suspended",
    }
    return ReviewedChange(risk=risk, **{**known, **values})


def review(*changes: ReviewedChange, text: str = "[~] Bucket", rights: tuple[AccessChange, ...] = ()) -> Review:
    return Review(
        changes=changes,
        access=tuple((("prod",), right) for right in rights),
        texts={("prod", "digits-prod-storage"): text} if changes else {},
        stacks=10,
    )


def right(direction: Direction = Direction.GAINED, **values: str) -> AccessChange:
    known = {"principal": "Role", "action": "s3:GetObject", "resource": "*", "condition": ""}
    return AccessChange(stack="s", direction=direction, effect="Allow", source="Policy", **{**known, **values})


def test_the_classes_are_in_the_order_of_their_severity() -> None:
    assert list(Risk) == ORDER
    assert sorted(ORDER, key=lambda risk: -risk.severity) == ORDER


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([], "no difference in 10 stacks"),
        ([change()], "1 change needs your eyes: 1 data-loss"),
        ([change(), change(Risk.ACCESS), change(Risk.COST)], "2 changes need your eyes: 1 data-loss, 1 access"),
        ([change(Risk.HARMLESS)], "none of 1 change loses data, interrupts or opens anything"),
        (
            [change(Risk.COST), change(Risk.UNKNOWN), change(Risk.HARMLESS)],
            "none of 3 changes loses data, interrupts or opens anything (1 cost, 1 unknown)",
        ),
    ],
)
def test_the_verdict(changes: list[ReviewedChange], sentence: str) -> None:
    assert verdict(review(*changes)) == sentence


def test_the_json_has_the_documented_members() -> None:
    document = json.loads(json.dumps(as_json(review(change(Risk.ACCESS), rights=(right(),)))))
    assert document.keys() == {"version", "worst", "changes", "iam", "cost", "model"}
    assert (document["version"], document["worst"], document["model"]) == (1, "access", None)
    assert document["changes"] == [
        {
            "environments": ["prod"],
            "stack": "digits-prod-storage",
            "logical_id": "Bucket",
            "type": "AWS::S3::Bucket",
            "property": "VersioningConfiguration.Status",
            "action": "modify",
            "risk": "access",
            "why": "what is overwritten cannot be brought back",
            "before": "Enabled",
            "after": "Suspended",
        }
    ]
    assert document["iam"][0]["direction"] == "gained"


def test_nothing_is_harmless() -> None:
    assert as_json(review())["worst"] == "harmless"


def test_the_text_opens_and_ends_with_the_verdict() -> None:
    lines = as_text(review(change(), rights=(right(condition="aws:SourceAccount is 1"),))).splitlines()
    assert lines[0] == lines[-1] == "1 change needs your eyes: 1 data-loss"
    assert "  + Role: Allow s3:GetObject on * if aws:SourceAccount is 1 [prod]" in lines
    assert lines.index("data-loss (1)") < lines.index("rights") < lines.index("--- cdk diff digits-prod-storage ---")


def test_the_comment_has_the_dangers_open_and_the_rest_folded() -> None:
    comment = as_markdown(review(change(Risk.ACCESS), change(Risk.HARMLESS, logical_id="Other")), "main")
    assert comment.startswith(f"{MARKER}\n## 1 change needs your eyes: 1 access\n")
    danger, harmless, words = (comment.index(part) for part in ("### Access", "<summary>Harmless (1)", "cdk diff prod"))
    assert danger < harmless < words
    assert "- `digits-prod-storage Bucket VersioningConfiguration.Status` in `prod`" in comment


def test_account_ids_are_masked() -> None:
    found = review(change(before="arn:aws:iam::222222222222:role/x", after="1234567890123"), text="222222222222")
    for told in (as_markdown(found, "main"), as_text(found)):
        assert "222222222222" not in told
        assert "1234567890123" in told


@pytest.mark.parametrize("size", [100, 70_000, 1_000_000])
def test_the_comment_fits_and_folded_texts_are_cut(size: int) -> None:
    comment = as_markdown(review(change(), text="\n".join(["x" * 99] * (size // 100))), "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert "digits-prod-storage Bucket" in comment
    assert ("the rest is shown by 'make diff'" in comment) is (size > COMMENT_CHARACTERS_MAX)


def test_every_danger_keeps_its_line_and_the_harmless_make_room() -> None:
    dangers = [change(logical_id=f"Danger{index}X", why="y" * 400) for index in range(300)]
    rest = [change(Risk.HARMLESS, logical_id=f"Rest{index}X", why="y" * 400) for index in range(3000)]
    comment = as_markdown(review(*dangers, *rest, rights=tuple(right() for _ in range(900))), "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert all(found.logical_id in comment for found in dangers)


@pytest.mark.slow
def test_thousands_of_dangers_share_lines_and_keep_their_names() -> None:
    dangers = [change(logical_id=f"D{index}", stack=f"s{index % 10}") for index in range(5000)]
    comment = as_markdown(review(*dangers), "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert all(f"`{found.logical_id}`" in comment for found in dangers)


def test_dangers_with_long_names_are_counted() -> None:
    comment = as_markdown(review(*(change(logical_id="D" * 200) for _ in range(400))), "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert "380 more" in comment


def test_too_many_kinds_of_dangers_are_counted() -> None:
    comment = as_markdown(review(*(change(type=f"{index:0200}") for index in range(400))), "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert "400 changes are dangerous, more than fit" in comment


def test_one_long_name_does_not_push_other_dangers_out() -> None:
    dangers = [change(logical_id="L" * 70_000, type="T" * 70_000), change(logical_id="Other")]
    assert "storage Other" in as_markdown(review(*dangers), "main")


def test_what_the_workflow_escapes_still_fits() -> None:
    comment = as_markdown(review(change(), text="\n".join(["@&" * 100] * 1000)), "main")
    assert len(comment.replace("&", "&amp;").replace("@", "@\u200b")) <= COMMENT_CHARACTERS_MAX


def test_what_a_terminal_obeys_is_shown_instead() -> None:
    found = review(change(after="\x1b[31m\u202ed\ud800\0"), text="\x1b]0;title\x07")
    for told in (as_markdown(found, "main"), as_text(found)):
        assert not set("\x1b\x07\u202e\ud800\0") & set(told)
        assert "\\u001b[31m\\u202ed\\ud800\\u0000" in told


def test_a_place_is_on_one_line() -> None:
    assert "  s A\n" not in as_text(review(change(logical_id="A\n::error::x")))
    assert "Bucket A ::error::x" in as_text(review(change(logical_id="Bucket A\n::error::x")))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a\n\n# b", "`a # b`"),
        ("", "` `"),
        ("```", "```` ``` ````"),
    ],
)
def test_a_text_as_a_code_span(text: str, span: str) -> None:
    assert code(text) == span


def test_a_cell_of_a_table_keeps_its_bars() -> None:
    assert cell("a|b") == "`a\\|b`"


def test_a_text_outside_code_mentions_nobody_and_marks_nothing_up() -> None:
    assert plain("222222222222") == "&lt;account&gt;"
    assert plain("https://a/b www.c GH-1") == "https:/\u200b/a/b www\u200b.c GH\u200b-1"
    assert plain("@a <b> &commat;c [x](y) *z*") == "@\u200ba &lt;b&gt; &amp;commat;c \\[x\\](y) \\*z\\*"


def test_a_fence_in_a_difference_does_not_end_the_block() -> None:
    assert as_markdown(review(change(), text="```\n</details>\n````"), "main").count("`````") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("a\n b", "a b"),
        ({"Ref": "A"}, '{"Ref": "A"}'),
        ("x" * 200 + "y", "x" * 47 + " ... " + "x" * 46 + "y"),
    ],
)
def test_a_value_in_one_line(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_the_environment_is_left_out_of_a_name_as_a_word_only() -> None:
    assert without_environment("digits-dev-storage", "dev") == "digits-*-storage"
    assert without_environment("devices-dev", "dev") == "devices-*"
    assert without_environment("digits", "") == "digits"
