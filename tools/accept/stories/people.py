"""People: signing in, golden digits and an upload through their own API, and what nobody else gets to see or hear."""

from __future__ import annotations

from contract.digit import PIXELS
from tools.accept.answers import digits_of, expect_digits, expect_problem
from tools.accept.callers import Person, people_api, sign_in, sign_in_client
from tools.accept.channel import Listener, with_token
from tools.accept.golden import golden_digits
from tools.accept.stage import Stage
from tools.accept.stories.uploads import WRITTEN
from tools.accept.story import Story, expect
from tools.pixels import row_of

TOKENS = (None, "nonsense", "a.b.c")
ROUTES = (("GET", "/model"), ("POST", "/predictions"), ("POST", "/uploads"), ("GET", "/uploads/x"))


def play_sign_in(stage: Stage) -> None:
    """Somebody signs in and is answered; without a token of the pool nobody is."""
    client = sign_in_client(stage)
    anna = sign_in(stage, client)
    stage.until(lambda: anna.api.predict([[0] * PIXELS]).status == 200, "a person is answered", seconds=180)
    digits = golden_digits()
    expect_digits(digits, anna.api.predict(digits.tolist()), "ten golden digits through the API for people")
    for token in TOKENS:
        for method, path in ROUTES:
            body = b"{}" if method == "POST" else None
            answer = people_api(stage, token).request(method, path, body=body)
            expect_problem(answer, 401, "not-signed-in", f"{method} {path} with the token {token}")
    bert = sign_in(stage, client)
    head, _, signature = anna.token.split(".")
    forged = people_api(stage, ".".join([head, bert.token.split(".")[1], signature])).model()
    expect(401, forged.status, "a token whose content was changed")


def play_own_upload(stage: Stage) -> None:
    """An upload of one person, which another may neither ask for nor hear of."""
    client = sign_in_client(stage)
    anna, bert = sign_in(stage, client), sign_in(stage, client)
    body = row_of(golden_digits()[list(WRITTEN)])
    stage.until(lambda: anna.api.model().status == 200, "a person is answered", seconds=180)
    job = anna.uploader.ask(size_bytes=len(body)).json()
    _expect_deaf(stage, bert, job["channel"])
    with Listener(stage, with_token(stage, anna.token)) as listener:
        told = listener.subscribe(job["channel"], with_token(stage, anna.token))
        expect("subscribe_success", told, "the owner's subscription")
        expect(204, anna.uploader.send(job["upload"], body).status, "the status of S3")
        expect("DONE", listener.next_event()["status"], "the event that was pushed to its owner")
    expect(list(WRITTEN), digits_of(anna.uploader.status(job)), "the digits of the upload")
    answer = bert.api.request("GET", f"/uploads/{job['job_id']}")
    expect_problem(answer, 404, "no-such-upload", "another person who asks for the upload")


def _expect_deaf(stage: Stage, stranger: Person, channel: str) -> None:
    everybody, theirs = f"/{channel.split('/')[1]}/*", channel.rsplit("/", 1)[0] + "/*"
    with Listener(stage, with_token(stage, stranger.token)) as listener:
        expect("connection_ack", listener.greeting, "connecting to the Event API with a token")
        for each in (channel, theirs, everybody):
            told = listener.subscribe(each, with_token(stage, stranger.token))
            expect("subscribe_error", told, f"a stranger's subscription to {each}")


PARTS = ("identity", "inference", "upload", "api")
CHANGES = "two accounts and a client of the user pool"
STORIES = (
    Story(
        slug="sign-in",
        sentence="who signs in is answered by the API for people; without a valid token nobody is",
        needs=PARTS,
        seconds=400,
        usd=0.01,
        changes=CHANGES,
        play=play_sign_in,
    ),
    Story(
        slug="own-upload",
        sentence="the upload of a person is pushed and told to that person and to nobody else",
        needs=PARTS,
        seconds=400,
        usd=0.01,
        changes=f"{CHANGES}; an upload, which is forgotten after a day",
        play=play_own_upload,
    ),
)
