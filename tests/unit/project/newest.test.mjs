/** Which runs of deploy.yml may deploy prod, with a GitHub that knows one branch. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

const { newest } = createRequire(import.meta.url)("../../../.github/scripts/newest.cjs");

const OLD = "a".repeat(40);
const NEW = "b".repeat(40);

async function failuresOf(sha) {
  const asked = [];
  const failures = [];
  const getBranch = async (request) => {
    asked.push(request);
    return { data: { commit: { sha: NEW } } };
  };
  const context = { repo: { owner: "somebody", repo: "digits" }, sha };
  await newest({ github: { rest: { repos: { getBranch } } }, context, core: { setFailed: (why) => failures.push(why) } });
  assert.deepEqual(asked, [{ owner: "somebody", repo: "digits", branch: "main" }]);
  return failures;
}

test("the head of main may be deployed", async () => {
  assert.deepEqual(await failuresOf(NEW), []);
});

test("a commit that main has left behind is refused, and it is said what to approve instead", async () => {
  const [why] = await failuresOf(OLD);
  assert.ok(why.includes(`main is at ${NEW}: approve the run of that commit`), why);
});
