/**
 * Stops a job whose commit is no longer the head of `main`: deploy.yml runs it before it deploys prod. Runs wait for
 * approval side by side and may be approved in any order; what is deployed must never become older by that.
 */
"use strict";

async function newest({ github, context, core }) {
  const { data: main } = await github.rest.repos.getBranch({ ...context.repo, branch: "main" });
  if (main.commit.sha !== context.sha) {
    core.setFailed(
      `this run has commit ${context.sha}, and main is at ${main.commit.sha}: approve the run of that commit; to go ` +
        "back to an older state, revert on main",
    );
  }
}

module.exports = { newest };
