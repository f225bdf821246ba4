"""The frame of the acceptance run: how stories end, what is cleaned up, which are chosen, and the reports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from stacks.policy.role_table import Question
from stacks.settings import ENVIRONMENTS, LOCAL
from tools.accept.__main__ import chosen, play_all, write
from tools.accept.endings import end
from tools.accept.playing import play
from tools.accept.report import Run, announcement, as_json, as_markdown, duration
from tools.accept.stage import Stage
from tools.accept.stories import STORIES
from tools.accept.stories.roles import ABSENT, askable
from tools.accept.story import Differs, Interrupted, NotRun, Outcome, Result, Story, expect
from tools.deployment import Deployment


class CloudFormation:
    """Knows the outputs of one stack."""

    class exceptions:  # noqa: N801 - as botocore names it
        ClientError = ClientError

    def describe_stacks(self, **asked: str) -> dict[str, Any]:
        if asked["StackName"] != "digits-local-storage":
            raise ClientError({"Error": {"Message": f"{asked['StackName']} does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": "BucketName", "OutputValue": "b"}]}]}


class Emulated(Deployment):
    """A deployment of the storage alone."""

    def client(self, service: str) -> Any:
        assert service == "cloudformation"
        return CloudFormation()


HERE = Emulated(environment="local", manifest=Path("none"), variables={}, folder=Path("none"))


def story(act: Callable[[Stage], None], *, seconds: float = 5, needs: tuple[str, ...] = ("storage",)) -> Story:
    return Story(slug="a-story", sentence="it holds", needs=needs, seconds=seconds, play=act)


def test_a_story_that_returns_held() -> None:
    result = play(story(lambda stage: expect("b", stage.bucket)), HERE, LOCAL)
    assert (result.outcome, result.left) == (Outcome.HELD, ())


def test_a_difference_says_what_was_expected_and_seen() -> None:
    result = play(story(lambda _: expect(200, 503, "the status")), HERE, LOCAL)
    assert (result.outcome, result.expected, result.seen) == (Outcome.DIFFERS, "the status: 200", "503")


def test_an_error_of_aws_is_a_difference_in_its_own_words() -> None:
    def act(stage: Stage) -> None:
        stage.client("cloudformation").describe_stacks(StackName="nowhere")

    result = play(story(act), HERE, LOCAL)
    assert result.outcome is Outcome.DIFFERS
    assert "nowhere does not exist" in result.seen


def test_a_part_that_is_off_is_not_run() -> None:
    result = play(story(lambda _: pytest.fail("it was played"), needs=("storage", "stream")), HERE, LOCAL)
    assert (result.outcome, result.reason) == (Outcome.NOT_RUN, "not deployed: stream")


def test_a_connection_that_is_lost_between_stories_ends_in_the_table() -> None:
    """The report of what was played before is kept: a run on AWS takes hours, and credentials expire."""

    class Unreachable(Emulated):
        def client(self, service: str) -> Any:
            raise EndpointConnectionError(endpoint_url="http://localhost:4566/")

    gone = Unreachable(environment="local", manifest=Path("none"), variables={}, folder=Path("none"))
    result = play(story(lambda _: pytest.fail("it was played")), gone, LOCAL)
    assert result.outcome is Outcome.DIFFERS
    assert "Could not connect to the endpoint URL" in result.seen


def test_a_story_may_say_that_there_is_nothing_to_show() -> None:
    def act(_: Stage) -> None:
        raise NotRun("it is serverless already")

    assert play(story(act), HERE, LOCAL).reason == "it is serverless already"


def test_a_story_is_interrupted_when_its_time_is_over() -> None:
    result = play(story(lambda _: time.sleep(20), seconds=0.05), HERE, LOCAL)
    assert (result.outcome, result.expected) == (Outcome.DIFFERS, "it ends within 0.05 s")


@pytest.mark.parametrize("ending", [None, Differs("a", "b"), NotRun("x"), KeyboardInterrupt(), RuntimeError()])
def test_everything_is_cleaned_up_however_it_ends(ending: BaseException | None) -> None:
    cleaned: list[str] = []

    def act(stage: Stage) -> None:
        stage.at_end("the first", cleaned.append, "first")
        stage.at_end("the second", cleaned.append, "second")
        if ending is not None:
            raise ending

    if isinstance(ending, KeyboardInterrupt):
        with pytest.raises(Interrupted):
            play(story(act), HERE, LOCAL)
    else:
        play(story(act), HERE, LOCAL)
    assert cleaned == ["second", "first"]


def test_what_cannot_be_cleaned_up_is_told_and_the_rest_goes() -> None:
    cleaned: list[str] = []

    def fail() -> None:
        msg = "denied"
        raise OSError(msg)

    def act(stage: Stage) -> None:
        stage.at_end("the queue", cleaned.append, "queue")
        stage.at_end("the user u", fail)

    result = play(story(act), HERE, LOCAL)
    assert (cleaned, result.left) == (["queue"], ("the user u is still there: denied",))
    assert _run(result).exit_code == 1


def test_what_an_interruption_leaves_behind_is_told_too() -> None:
    """The second interruption stops one removal, not the others."""
    cleaned: list[str] = []

    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    def act(stage: Stage) -> None:
        stage.at_end("the queue", cleaned.append, "queue")
        stage.at_end("the user u", interrupt)
        raise KeyboardInterrupt

    results: list[Result] = []
    with pytest.raises(Interrupted):
        play_all([story(act), story(lambda _: pytest.fail("it was played"))], HERE, LOCAL, results)
    (result,) = results
    left = "the user u may still be there: its removal was interrupted"
    assert (cleaned, result.outcome, result.left) == (["queue"], Outcome.NOT_RUN, (left,))


def test_waiting_ends_with_what_was_seen_last() -> None:
    stage = Stage(HERE, LOCAL, print)
    with pytest.raises(Differs, match=r"expected a letter within 0 s; seen not yet, last seen: None"):
        stage.until(lambda: None, "a letter", seconds=0)


def _refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeTrainingJob")


@pytest.mark.parametrize(("first", "stops"), [("InProgress", ["j"]), ("Stopping", [])])
def test_what_a_story_started_is_ended_before_its_results_are_deleted(first: str, stops: list[str]) -> None:
    states, stopped = iter([first, "Stopping", "Stopped"]), list[str]()
    end(Stage(HERE, LOCAL, print), "the job j", lambda: next(states), lambda: stopped.append("j"))
    assert (stopped, list(states)) == (stops, [])


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_what_was_never_started_need_not_be_ended(code: str) -> None:
    def status() -> str:
        raise _refused(code)

    end(Stage(HERE, LOCAL, print), "the job j", status, lambda: pytest.fail("it was stopped"))


def test_what_may_not_be_asked_for_is_told() -> None:
    def status() -> str:
        raise _refused("AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        end(Stage(HERE, LOCAL, print), "the job j", status, lambda: None)


def _run(*results: Result) -> Run:
    return Run(environment="dev", region="us-east-1", began="2026-12-01T00:00:00Z", commit="abc", results=results)


HELD = Result(story=STORIES[0], outcome=Outcome.HELD, seconds=61)
DIFFERS = Result(story=STORIES[1], outcome=Outcome.DIFFERS, expected="a | b", seen="arn:aws:iam::123456789012:role/x")
NOT_RUN = Result(story=STORIES[2], outcome=Outcome.NOT_RUN, reason="not deployed: stream")


def test_the_markdown_can_be_pasted_into_an_issue() -> None:
    text = as_markdown(_run(HELD, DIFFERS, NOT_RUN))
    assert "1 held, 1 differs, 1 not run" in text
    assert f"| `{STORIES[0].slug}` | held | 1 min 1 s |" in text
    assert "expected a \\| b; seen arn:aws:iam::ACCOUNT:role/x" in text
    assert "123456789012" not in text


def test_the_json_has_every_story_and_how_it_ended() -> None:
    document = as_json(_run(HELD, DIFFERS, NOT_RUN))
    assert document["schema"] == "digits.acceptance/1"
    assert [each["outcome"] for each in document["stories"]] == ["held", "differs", "not run"]
    assert document["stories"][2]["reason"] == "not deployed: stream"


def test_both_are_written(tmp_path: Path) -> None:
    assert [path.name for path in write(_run(HELD), tmp_path)] == ["dev.json", "dev.md"]


def test_a_run_is_good_when_nothing_differs() -> None:
    assert (_run(HELD, NOT_RUN).exit_code, _run(HELD, DIFFERS).exit_code) == (0, 1)


def test_what_it_will_cost_and_make_is_said_before() -> None:
    text = announcement(STORIES, "dev")
    assert re.search(r"^That costs about \$[\d.]+ at most", text, re.MULTILINE)
    for each in STORIES:
        assert f"  {each.slug}: " in text
    assert "costs nothing" in announcement(STORIES, "local")
    assert announcement(STORIES[:1], "dev").startswith("1 story in dev, ")


def test_in_prod_what_disturbs_others_is_played_only_when_it_is_named() -> None:
    disturbing = {each.slug for each in STORIES if each.disturbs}
    assert disturbing
    assert disturbing.isdisjoint(each.slug for each in chosen([], "prod"))
    assert disturbing <= {each.slug for each in chosen([], "dev")}
    assert [each.slug for each in chosen(["function-fails"], "prod")] == ["function-fails"]


def test_durations_are_read_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (0.4, 59, 60, 61, 7290)] == [
        "0 s",
        "59 s",
        "1 min",
        "1 min 1 s",
        "2 h 1 min",
    ]


def test_every_story_is_whole() -> None:
    assert len({each.slug for each in STORIES}) == len(STORIES)
    parts = {part for settings in ENVIRONMENTS.values() for part in settings.parts.stacks}
    for each in STORIES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", each.slug)
        assert set(each.needs) <= parts, each.slug
        assert 0 < each.seconds <= 10_000, each.slug
        assert not each.sentence.endswith("."), each.slug


def test_every_story_is_played_end_to_end() -> None:
    from tests.e2e import test_1_stories, test_1_training_stories
    from tests.e2e.alone import test_2_stories

    modules = (test_1_stories, test_1_training_stories, test_2_stories)
    played = [each.slug for module in modules for each in cast("Any", module).STORIES]
    assert sorted(played) == sorted(each.slug for each in STORIES)


def test_the_simulator_is_asked_only_about_what_is_deployed() -> None:
    bucket, stream = (
        Question(action="s3:GetObject", resource="{data}/models/a", allowed=False),
        Question(action="kinesis:PutRecord", resource="{stream}", allowed=False),
    )
    assert askable([bucket, stream], {"data": "arn:aws:s3:::b", "stream": ABSENT}) == [bucket]
