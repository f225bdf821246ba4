/** What diff-comment.yml decides, with a GitHub that is a few lists: labels, comment, check, what a stranger sends. */

import assert from "node:assert/strict";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

const review = createRequire(import.meta.url)("../../../.github/scripts/review.cjs");

const HEAD = "a".repeat(40);
const TIP = "b".repeat(40);
const FORK = "c".repeat(40);
const PUSHED = "2026-12-01T10:00:00Z";
const BEFORE = "2026-12-01T09:59:59Z";
const AFTER = "2026-12-01T10:05:00Z";

/** A folder with files; a value that is null becomes a link to what must not be read. */
function folderOf(files) {
  const folder = mkdtempSync(join(tmpdir(), "review-"));
  for (const [name, text] of Object.entries(files)) {
    if (text === null) symlinkSync("/etc/hostname", join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
  return folder;
}

function pullRequest(changes = {}) {
  return {
    number: 7, state: "open", labels: [], base: { ref: "main" },
    head: { sha: HEAD, ref: "topic", repo: { id: 1 } }, ...changes,
  };
}

function run(changes = {}) {
  return {
    id: 11, status: "completed", created_at: PUSHED, head_sha: HEAD, head_branch: "topic", head_repository: { id: 1 },
    ...changes,
  };
}

function labeled(name, at, by = "maria") {
  return { event: "labeled", label: { name }, created_at: at, actor: { login: by } };
}

/** A GitHub that has these lists, and records what is written. */
function fakeGithub({ pull = pullRequest(), runs = [run()], timeline = [], comments = [] } = {}) {
  const written = { comments: [], statuses: [], removed: [] };
  const lists = { listWorkflowRuns: runs, listEventsForTimeline: timeline, listComments: comments };
  const list = (name) => Object.assign(async () => ({ data: lists[name] }), { list: name });
  return {
    written,
    paginate: async (call) => lists[call.list],
    rest: {
      pulls: { get: async () => ({ data: pull }) },
      repos: {
        getBranch: async () => ({ data: { commit: { sha: TIP } } }),
        compareCommitsWithBasehead: async ({ basehead }) => {
          assert.equal(basehead, `${TIP}...${HEAD}`);
          return { data: { merge_base_commit: { sha: FORK } } };
        },
        createCommitStatus: async (status) => written.statuses.push(status),
      },
      actions: { listWorkflowRuns: list("listWorkflowRuns") },
      issues: {
        listEventsForTimeline: list("listEventsForTimeline"),
        listComments: list("listComments"),
        createComment: async ({ body }) => written.comments.push({ body }),
        updateComment: async ({ comment_id: id, body }) => written.comments.push({ id, body }),
        removeLabel: async ({ name }) => written.removed.push(name),
      },
    },
  };
}

function fakeCore() {
  const said = [];
  return { said, notice: (text) => said.push(text), setFailed: (text) => said.push(`failed: ${text}`) };
}

function contextOf(payload = {}) {
  return { payload, repo: { owner: "o", repo: "r" }, serverUrl: "https://github.com", runId: 99 };
}

const ended = (changes = {}) => contextOf({ workflow_run: { ...run(), ...changes } });
const changeOf = (...risks) => JSON.stringify({
  version: 1, worst: risks[0] ?? "harmless", changes: risks.map((risk) => ({ risk })),
});

async function told(files, world = {}) {
  const github = fakeGithub(world);
  const core = fakeCore();
  const asked = { number: 7, head: HEAD, synthesis: "11" };
  await review.tell({ github, context: contextOf(), core, folder: folderOf(files), ...asked });
  const [status] = github.written.statuses;
  const [written] = github.written.comments;
  return { ...github.written, status, body: written?.body, id: written?.id, said: core.said };
}

const dangerous = (...risks) => ({ code: "1\n", "review.json": changeOf(...risks), "comment.md": "Look." });
const accepting = (at, ...classes) => ({
  pull: pullRequest({ labels: classes.map((each) => ({ name: `accepted: ${each}` })) }),
  timeline: classes.map((each) => labeled(`accepted: ${each}`, at)),
});

describe("find", () => {
  const finding = (context, files, world) => {
    const core = fakeCore();
    return review.find({ github: fakeGithub(world), context, core, folder: folderOf(files) })
      .then((found) => ({ found, said: core.said }));
  };

  test("judges with the tip of the base branch, against where the pull request left it", async () => {
    const { found } = await finding(ended(), { number: "7" });
    assert.deepEqual(found, { number: 7, head: HEAD, synthesis: 11, base: TIP, mergeBase: FORK });
  });

  for (const number of ["", "0", "7; rm -rf /", "../7", "12345678901", "7\n"]) {
    test(`does not take ${JSON.stringify(number)} for a number`, async () => {
      const { found, said } = await finding(ended(), { number });
      assert.equal(found, null);
      assert.match(said[0], /no number/);
    });
  }

  test("follows no link", async () => {
    assert.equal((await finding(ended(), { number: null })).found, null);
  });

  test("does not take the number of another pull request", async () => {
    assert.equal((await finding(ended({ head_sha: TIP }), { number: "7" })).found, null);
    assert.equal((await finding(ended(), { number: "7" }, { pull: pullRequest({ state: "closed" }) })).found, null);
  });

  test("judges again what is synthesised when a label is set", async () => {
    const context = contextOf({ pull_request: { number: 7 } });
    const elsewhere = run({ id: 3, created_at: AFTER, head_branch: "x" });
    const runs = [run({ id: 1, created_at: BEFORE }), run({ id: 2 }), elsewhere];
    assert.equal((await finding(context, {}, { runs })).found.synthesis, 2);
    assert.equal((await finding(context, {}, { runs: [run({ status: "in_progress" })] })).found, null);
    assert.equal((await finding(context, {}, { runs: [] })).found, null);
  });
});

describe("the check", () => {
  test("is green when nothing is dangerous", async () => {
    const { status } = await told({ code: "0", "review.json": changeOf("unknown", "cost"), "comment.md": "Fine." });
    assert.deepEqual([status.state, status.sha, status.context], ["success", HEAD, "infrastructure review"]);
  });

  for (const danger of ["data-loss", "interruption", "access"]) {
    test(`is red for ${danger} until its own label is set`, async () => {
      assert.equal((await told(dangerous(danger))).status.state, "failure");
      assert.equal((await told(dangerous(danger), accepting(AFTER, danger))).status.state, "success");
      const others = ["data-loss", "interruption", "access"].filter((each) => each !== danger);
      assert.equal((await told(dangerous(danger), accepting(AFTER, ...others))).status.state, "failure");
    });
  }

  test("needs a label for each class", async () => {
    const { status, body } = await told(dangerous("access", "data-loss"), accepting(AFTER, "access"));
    assert.deepEqual([status.state, status.description], ["failure", "data-loss: not accepted"]);
    assert.match(body, /\*\*access\*\* is accepted for `aaaaaaaaaaaa`: label set by `maria`, 2026-12-01T10:05:00Z/);
    assert.match(body, /\*\*data-loss\*\* is not accepted/);
  });

  test("is red when the review fails for what no label accepts", async () => {
    const { status } = await told({ code: "1", "review.json": changeOf("cost"), "comment.md": "" });
    assert.equal(status.state, "failure");
    const refused = JSON.stringify({ worst: "access", changes: [], model: { refused: true } });
    const lie = await told({ code: "1", "review.json": refused, "comment.md": "" }, accepting(AFTER, "access"));
    assert.equal(lie.status.state, "failure");
    assert.match(lie.body, /the card of the model is refused/);
  });

  const brokenReviews = {
    "nothing": {},
    "exit code 2": { code: "2", "review.json": changeOf() },
    "no exit code": { "review.json": changeOf() },
    "no JSON": { code: "0", "review.json": "{" }, "other JSON": { code: "0", "review.json": "[]" },
    "a link": { code: "0", "review.json": null },
  };
  for (const [name, files] of Object.entries(brokenReviews)) {
    test(`is an error, with a comment, when there is ${name}`, async () => {
      const { status, body } = await told(files, accepting(AFTER, "data-loss", "interruption", "access"));
      assert.equal(status.state, "error");
      assert.match(body, /could not be compared; .*actions\/runs\/11.*actions\/runs\/99/);
    });
  }

  test("is not set on a commit that is not the head any more", async () => {
    const { statuses, comments, said } = await told(dangerous("access"), {
      pull: pullRequest({ head: { sha: TIP, ref: "topic", repo: { id: 1 } } }),
    });
    assert.deepEqual([statuses, comments, said.length], [[], [], 1]);
  });
});

describe("a label", () => {
  test("that was set before the last push does not count and is removed", async () => {
    const { status, removed, body } = await told(dangerous("access"), accepting(BEFORE, "access"));
    assert.deepEqual([status.state, removed], ["failure", ["accepted: access"]]);
    assert.match(body, /`accepted: access` was set before the last push/);
  });

  test("that was set again counts from then on", async () => {
    const world = accepting(BEFORE, "access");
    world.timeline.push(labeled("accepted: access", AFTER, "otto"));
    const { status, body } = await told(dangerous("access"), world);
    assert.equal(status.state, "success");
    assert.match(body, /set by `otto`/);
  });

  test("that was removed does not count", async () => {
    const { status } = await told(dangerous("access"), { timeline: [labeled("accepted: access", AFTER)] });
    assert.equal(status.state, "failure");
  });

  test("does not come back with an earlier commit", async () => {
    const world = accepting("2026-12-01T10:03:00Z", "access");
    world.timeline.push({ event: "head_ref_force_pushed", created_at: AFTER });
    assert.equal((await told(dangerous("access"), world)).status.state, "failure");
  });

  test("is held against the newest run of the head, not the first", async () => {
    const world = { ...accepting(AFTER, "access"), runs: [run({ created_at: "2026-12-01T10:06:00Z" }), run()] };
    assert.equal((await told(dangerous("access"), world)).status.state, "failure");
  });

  test("is not believed by the date of a commit, or without a run", async () => {
    const world = accepting(AFTER, "access");
    world.timeline.push({ event: "committed", committer: { date: "2001-01-01T00:00:00Z" } });
    assert.equal((await told(dangerous("access"), { ...world, runs: [] })).status.state, "failure");
  });

  test("of another kind is left alone", async () => {
    const pull = pullRequest({ labels: [{ name: "bug" }] });
    assert.deepEqual((await told(dangerous("access"), { pull })).removed, []);
  });
});

describe("the comment", () => {
  const robot = { login: "github-actions[bot]" };

  test("is updated in place, and nobody else's is touched", async () => {
    const comments = [
      { id: 1, user: { login: "maria" }, body: `${review.MARKER}\nmine` }, { id: 2, user: robot, body: "another" },
      { id: 3, user: robot, body: `${review.MARKER}\nold` }, { id: 4, user: null, body: "gone" },
    ];
    assert.equal((await told(dangerous("access"), { comments })).id, 3);
    assert.equal((await told(dangerous("access"), { comments: comments.slice(0, 2) })).id, undefined);
  });

  test("has its marker once", async () => {
    const { body } = await told({ ...dangerous("access"), "comment.md": `${review.MARKER}\n## Found` });
    assert.equal(body.split(review.MARKER).length, 2);
    assert.ok(body.startsWith(`${review.MARKER}\n`));
    assert.match(body, /## Found/);
  });

  test("mentions nobody", async () => {
    const text = "@maria &commat;maria &#64;maria &#x40;maria &#0064 &amp;commat; &lt; a & b &nbsp;";
    const { body } = await told({ ...dangerous("access"), "comment.md": text });
    assert.doesNotMatch(body, /@[^\u200b]|&(?:commat|#)/);
    assert.match(body, /&amp;commat;maria &amp;#64;maria &amp;#x40;maria &amp;#0064 /);
    assert.match(body, / &amp;commat; &lt; a & b &amp;nbsp;/);
  });

  test("fits", async () => {
    const { body } = await told({ ...dangerous("access"), "comment.md": "@".repeat(review.CHARACTERS_MAX) });
    assert.equal(body.length, review.CHARACTERS_MAX);
    assert.match(body, /\*\*access\*\* is not accepted/);
  });

  test("does not carry the markup of a label's name", async () => {
    const pull = pullRequest({ labels: [{ name: "accepted: `@all`<b>" }] });
    const { body, removed } = await told(dangerous("access"), { pull });
    assert.match(body, /`accepted: \?\?all\?\?b\?`/);
    assert.deepEqual(removed, ["accepted: `@all`<b>"]);
  });
});
