/**
 * What diff-comment.yml asks GitHub and decides: which pull request is meant, which labels accept what, what the
 * comment and the check say. It runs with a token that may write comments, so it runs nothing of the pull request; what
 * comes from there is data: a number, which must belong to the commit that was synthesised, and a text.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const MARKER = "<!-- digits: infrastructure diff -->";
const CHARACTERS_MAX = 65536;
const STATUS_CHARACTERS_MAX = 140;
const STATUS_NAME = "infrastructure review";
const DANGEROUS = ["data-loss", "interruption", "access"];
const LABEL = "accepted: ";
const SYNTHESIS = "diff.yml";

/**
 * Which pull request, commits and run are to be judged; null, after a notice, if there is nothing to do.
 *
 * `base` is the tip of the base branch, whose classifier judges; `mergeBase` is what the templates are compared with:
 * both are GitHub's answers, and nothing that the pull request says.
 */
async function find({ github, context, core, folder }) {
  const ended = context.payload.workflow_run;
  const number = ended ? readNumber(folder) : context.payload.pull_request.number;
  if (number === null) {
    core.setFailed("the artifact has no number of a pull request");
    return null;
  }
  const { data: pull } = await github.rest.pulls.get({ ...context.repo, pull_number: number });
  if (pull.state !== "open" || (ended && pull.head.sha !== ended.head_sha)) {
    core.notice(`pull request ${number} is closed, or has newer commits than the ones synthesised`);
    return null;
  }
  const run = ended ?? (await synthesesOf(github, context, pull))[0];
  if (!run || (!ended && run.status !== "completed")) {
    core.notice(`the templates of ${pull.head.sha} are not synthesised yet; the comment comes when they are`);
    return null;
  }
  const { data: branch } = await github.rest.repos.getBranch({ ...context.repo, branch: pull.base.ref });
  const { data: compared } = await github.rest.repos.compareCommitsWithBasehead({
    ...context.repo, basehead: `${branch.commit.sha}...${pull.head.sha}`,
  });
  return {
    number, head: pull.head.sha, synthesis: run.id, base: branch.commit.sha,
    mergeBase: compared.merge_base_commit.sha,
  };
}

/** Write the comment and the check of a pull request that was judged, or could not be. */
async function tell({ github, context, core, folder, number, head, synthesis }) {
  const { data: pull } = await github.rest.pulls.get({ ...context.repo, pull_number: number });
  if (pull.state !== "open" || pull.head.sha !== head) {
    core.notice(`pull request ${number} is closed, or has newer commits than the ones judged`);
    return;
  }
  const timeline = await github.paginate(github.rest.issues.listEventsForTimeline, {
    ...context.repo, issue_number: number, per_page: 100,
  });
  const pushed = pushTime(await synthesesOf(github, context, pull), timeline);
  const labels = acceptances(pull.labels.map((label) => label.name), timeline, pushed);
  const judged = judge(read(folder, "code"), read(folder, "review.json"), labels.accepted);
  const log = `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}/actions/runs/`;
  for (const name of labels.stale) await removeLabel(github, context, number, name);
  await writeComment(github, context, number, comment({
    judged, labels, head, text: read(folder, "comment.md"), logs: [`${log}${synthesis}`, `${log}${context.runId}`],
  }));
  await github.rest.repos.createCommitStatus({
    ...context.repo, sha: head, context: STATUS_NAME, state: judged.state,
    description: judged.description.slice(0, STATUS_CHARACTERS_MAX), target_url: `${log}${context.runId}`,
  });
}

/** The runs of diff.yml for the head of a pull request, the newest first. */
async function synthesesOf(github, context, pull) {
  const runs = await github.paginate(github.rest.actions.listWorkflowRuns, {
    ...context.repo, workflow_id: SYNTHESIS, event: "pull_request", head_sha: pull.head.sha, per_page: 100,
  });
  return runs
    .filter((run) => run.head_branch === pull.head.ref && run.head_repository?.id === pull.head.repo?.id)
    .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at));
}

/**
 * When the head became what it is, by GitHub's clock; null when that is unknown.
 *
 * A run of diff.yml is created by every push and keeps its time when it is run again. Whoever goes back to an earlier
 * commit forces the push, which the timeline knows. The dates of commits say nothing: their author chooses them.
 */
function pushTime(runs, timeline) {
  if (runs.length === 0) return null;
  const forced = timeline.filter((event) => event.event === "head_ref_force_pushed");
  return Math.max(...[...runs, ...forced].map(({ created_at: time }) => Date.parse(time)));
}

/**
 * Which classes are accepted, by whom, and which labels do not count because something was pushed after them.
 *
 * @returns {{accepted: Map<string, {by: string, at: string}>, stale: string[]}}
 */
function acceptances(names, timeline, pushed) {
  const accepted = new Map();
  const stale = [];
  for (const name of names.filter((each) => each.startsWith(LABEL))) {
    const set = timeline.filter((event) => event.event === "labeled" && event.label?.name === name).at(-1);
    if (set && pushed !== null && Date.parse(set.created_at) > pushed) {
      accepted.set(name.slice(LABEL.length), { by: set.actor?.login ?? "somebody unknown", at: set.created_at });
    } else {
      stale.push(name);
    }
  }
  return { accepted, stale };
}

/**
 * The check: what `python -m tools.diff` found, less what is accepted.
 *
 * @param {string | null} code its exit code as text
 * @param {string | null} document its JSON
 * @param {Map<string, object>} accepted
 */
function judge(code, document, accepted) {
  const review = parsed(document);
  if (review === null || !["0", "1"].includes((code ?? "").trim())) {
    return { state: "error", dangers: [], open: [], description: "the changes could not be determined; see the log" };
  }
  const found = new Set([review.worst, ...review.changes.map((change) => change?.risk)]);
  const dangers = DANGEROUS.filter((danger) => found.has(danger));
  const open = dangers.filter((danger) => !accepted.has(danger));
  const verdict = { dangers, open };
  if (review.model?.refused) {
    return { ...verdict, state: "failure", description: "the card of the model is refused, which no label accepts" };
  }
  if (open.length > 0) {
    return { ...verdict, state: "failure", description: `${open.join(", ")}: not accepted` };
  }
  if (dangers.length === 0 && code.trim() === "1") {
    return { ...verdict, state: "failure", description: "the review fails, and no label accepts why; see the comment" };
  }
  const description = dangers.length > 0 ? `${dangers.join(", ")}: accepted` : "nothing dangerous";
  return { ...verdict, state: "success", description };
}

function parsed(document) {
  try {
    const review = JSON.parse(document ?? "");
    return Array.isArray(review?.changes) ? review : null;
  } catch {
    return null;
  }
}

/** The text of the comment: what is accepted and by whom, then what the review found. */
function comment({ judged, labels, head, text, logs }) {
  const commit = head.slice(0, 12);
  const lines = [];
  for (const danger of judged.dangers.filter((each) => labels.accepted.has(each))) {
    const { by, at } = labels.accepted.get(danger);
    lines.push(`- **${danger}** is accepted for \`${commit}\`: label set by \`${by}\`, ${at}.`);
  }
  for (const danger of judged.open) {
    lines.push(`- **${danger}** is not accepted. Whoever may, sets the label \`${LABEL}${danger}\`.`);
  }
  for (const name of labels.stale) {
    lines.push(`- The label \`${plain(name)}\` was set before the last push, does not count, and was removed.`);
  }
  if (judged.state === "error" || text === null) {
    const links = `[the synthesis](${logs[0]}) or [the review](${logs[1]})`;
    lines.push(`- The templates of \`${commit}\` could not be compared; the log of ${links} says why.`);
  } else if (judged.state === "failure" && judged.open.length === 0) {
    lines.push(`- ${judged.description}.`);
  }
  const found = text === null ? "" : quiet(withoutMarker(text));
  return `${MARKER}\n${lines.join("\n")}\n\n${found}`.slice(0, CHARACTERS_MAX);
}

/**
 * A text of a stranger that mentions nobody: a zero-width space after @, and no entity that could become one
 * (`&commat;`, `&#64;`) or anything else but the four that a careful writer uses.
 */
function quiet(text) {
  return text.replace(/&(?!(?:amp|lt|gt|quot);)(?=[#A-Za-z])/g, "&amp;").replaceAll("@", "@\u200b");
}

function plain(name) {
  return name.replace(/[^A-Za-z0-9: -]/g, "?");
}

function withoutMarker(text) {
  return text.startsWith(MARKER) ? text.slice(MARKER.length).trimStart() : text;
}

async function writeComment(github, context, number, body) {
  const comments = await github.paginate(github.rest.issues.listComments, {
    ...context.repo, issue_number: number, per_page: 100,
  });
  const own = comments.find((each) => each.user?.login === "github-actions[bot]" && each.body.startsWith(MARKER));
  if (own) {
    await github.rest.issues.updateComment({ ...context.repo, comment_id: own.id, body });
  } else {
    await github.rest.issues.createComment({ ...context.repo, issue_number: number, body });
  }
}

async function removeLabel(github, context, number, name) {
  try {
    await github.rest.issues.removeLabel({ ...context.repo, issue_number: number, name });
  } catch (error) {
    if (error.status !== 404) throw error; // somebody was faster
  }
}

function readNumber(folder) {
  const text = read(folder, "number");
  return text !== null && /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : null;
}

/** The text of a plain file, or null: no link is followed, and nothing is said of what is not there. */
function read(folder, name) {
  const file = path.join(folder, name);
  if (!fs.existsSync(file) || !fs.lstatSync(file).isFile()) return null;
  return fs.readFileSync(file, "utf8");
}

module.exports = { CHARACTERS_MAX, MARKER, find, tell };
