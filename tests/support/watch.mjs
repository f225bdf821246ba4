// An unmodified Amplify that signs in, subscribes and listens; the test beside it publishes.
// It gets its configuration as JSON in the first argument, and writes a JSON document a line.
import { Amplify } from "aws-amplify";
import { confirmSignIn, fetchAuthSession, signIn } from "aws-amplify/auth";
import { events } from "aws-amplify/data";

const given = JSON.parse(process.argv[2]);
const say = (step, rest = {}) => process.stdout.write(`${JSON.stringify({ step, ...rest })}\n`);

const resources = {
  API: { Events: { endpoint: given.endpoint, region: "us-east-1", defaultAuthMode: given.mode } },
};
const options = {};
if (given.mode === "userPool") {
  const { userPoolId, userPoolClientId, userPoolEndpoint } = given;
  resources.Auth = { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint } };
} else {
  options.Auth = {
    credentialsProvider: {
      getCredentialsAndIdentityId: async () => ({ credentials: given.credentials }),
      clearCredentialsAndIdentityId: () => {},
    },
  };
}
Amplify.configure(resources, options);

async function signUserIn() {
  try {
    await signIn({ username: given.username, password: "Not-The-Password-1" });
  } catch (error) {
    say("refused", { name: error.name, message: error.message });
  }
  let answer = await signIn({ username: given.username, password: given.password });
  say("asked", { next: answer.nextStep.signInStep });
  if (answer.nextStep.signInStep === "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED") {
    answer = await confirmSignIn({ challengeResponse: given.newPassword });
  }
  const before = (await fetchAuthSession()).tokens;
  const after = (await fetchAuthSession({ forceRefresh: true })).tokens;
  const refreshed = before.accessToken.toString() !== after.accessToken.toString();
  say("signed-in", { signedIn: answer.isSignedIn, refreshed });
  return after.accessToken.payload.sub;
}

async function listen(channel, then) {
  const opened = await events.connect(channel);
  const subscription = opened.subscribe({
    next: (data) => then("received", { event: data.event }),
    error: (error) => say("failed", { message: error.errors[0].message }),
  });
  await subscription.ready;
  return opened;
}

const owner = given.mode === "userPool" ? await signUserIn() : given.owner;
const received = new Promise((resolve) => {
  listen(`/predictions/${owner}/job-1`, (step, data) => {
    say(step, data);
    resolve();
  }).then(
    () => say("subscribed", { owner }),
    (error) => say("error", { message: String(error.message ?? error) }),
  );
});
await received;
try {
  await listen("/predictions/somebody-else/job-1", say);
  say("let-in");
} catch (error) {
  say("kept-out", { message: String(error.message ?? error) });
}
await events.closeAll();
process.exit(0);
