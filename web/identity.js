/**
 * Amplify Auth, and the only module that imports it: a chunk of its own, fetched while the page is already there.
 * SRP: the password never leaves the browser. Tokens lie in sessionStorage: they outlive a reload, not the tab.
 */

import { Amplify } from "aws-amplify";
import {
  confirmResetPassword, confirmSignIn, confirmSignUp, fetchAuthSession, resendSignUpCode, resetPassword, signIn,
  signOut as amplifySignOut, signUp,
} from "aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "aws-amplify/auth/cognito";
import { sessionStorage as tokenStorage } from "aws-amplify/utils";

/**
 * @typedef {"done" | "new-password" | "code" | "confirm" | "reset" | "unknown"} Step
 * What Cognito asks next: nothing, a password of one's own, a code of an authenticator, the code of a new account, the
 * code with which a forgotten password is replaced
 */

/** @type {Record<string, Step>} */
const STEPS = {
  DONE: "done",
  CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED: "new-password",
  CONFIRM_SIGN_IN_WITH_TOTP_CODE: "code",
  CONFIRM_SIGN_IN_WITH_SMS_CODE: "code",
  CONFIRM_SIGN_IN_WITH_EMAIL_CODE: "code",
  CONFIRM_SIGN_UP: "confirm",
  RESET_PASSWORD: "reset",
};

/** @param {import("./config.js").Config} config */
export function configure(config) {
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: config.user_pool_id,
        userPoolClientId: config.user_pool_client_id,
        ...(config.user_pool_endpoint ? { userPoolEndpoint: config.user_pool_endpoint } : {}),
      },
    },
    ...(config.events_url
      ? { API: { Events: { endpoint: config.events_url, region: config.region, defaultAuthMode: "userPool" } } }
      : {}),
  });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(tokenStorage);
}

/**
 * The ID token, refreshed by Amplify when it is about to expire.
 * @param {boolean} [fresh] get a new one in any case
 * @returns {Promise<{token: string, id: string, name: string} | null>} null when nobody is signed in any more
 */
export async function currentPerson(fresh = false) {
  const { tokens } = await fetchAuthSession({ forceRefresh: fresh });
  if (!tokens?.idToken) return null;
  const { sub, email, "cognito:username": username } = tokens.idToken.payload;
  return { token: tokens.idToken.toString(), id: String(sub), name: String(email ?? username ?? "") };
}

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<Step>}
 */
export async function enter(username, password) {
  // What is left of an expired session would make Amplify refuse a new one.
  await amplifySignOut().catch(() => undefined);
  const next = step(await signIn({ username, password, options: { authFlowType: "USER_SRP_AUTH" } }));
  if (next === "confirm") await resendSignUpCode({ username }); // The code of an account begun earlier is lost by now.
  if (next === "reset") await resetPassword({ username }); // An administrator has reset the password; now the code is sent.
  return next;
}

/**
 * Let Cognito send a code with which a forgotten password is replaced. It says the same for an address without account.
 * @param {string} username
 * @returns {Promise<Step>}
 */
export async function forgot(username) {
  await resetPassword({ username });
  return "reset";
}

/**
 * Replace a forgotten password.
 * @param {string} username
 * @param {string} confirmationCode
 * @param {string} newPassword
 */
export async function replacePassword(username, confirmationCode, newPassword) {
  try {
    await confirmResetPassword({ username, confirmationCode, newPassword });
  } catch (error) {
    if (error instanceof Error && error.name === "ExpiredCodeException") await resetPassword({ username });
    throw error;
  }
}

/**
 * Answer what Cognito asked: a new password or a code.
 * @param {string} challengeResponse
 */
export async function answer(challengeResponse) {
  return step(await confirmSignIn({ challengeResponse }));
}

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<Step>}
 */
export async function register(username, password) {
  const isMail = username.includes("@");
  const options = isMail ? { userAttributes: { email: username } } : {};
  const { nextStep } = await signUp({ username, password, options });
  return nextStep.signUpStep === "CONFIRM_SIGN_UP" ? "confirm" : "done";
}

/**
 * @param {string} username
 * @param {string} confirmationCode
 */
export async function confirm(username, confirmationCode) {
  try {
    await confirmSignUp({ username, confirmationCode });
  } catch (error) {
    if (error instanceof Error && error.name === "ExpiredCodeException") await resendSignUpCode({ username });
    throw error;
  }
}

/** End the session here; Cognito is told, but need not be reachable. */
export async function leave() {
  await amplifySignOut().catch(() => undefined);
}

/** @param {{nextStep: {signInStep: string}}} result */
function step(result) {
  return STEPS[result.nextStep.signInStep] ?? "unknown";
}
