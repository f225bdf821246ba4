/** The sentences of the page: what went wrong, how sure the model is, how large and when. No elements, no network. */

import { Problem } from "./problems.js";

/**
 * @typedef {object} Prediction
 * @property {number[]} probabilities ten of them
 * @property {boolean} [unsure] whether the model may well be wrong: below the threshold of its manifest
 */

/** What each problem means for the person in front of the page. Keys are the slugs of `problems.js`. */
const SENTENCES = {
  "blank-image": "No digit found: nothing stands out from the background.",
  "unreadable-image": "The picture cannot be opened: the file is damaged or incomplete. Save it again as PNG or JPEG.",
  "animated-image": "The picture is animated. Send a still one.",
  "too-many-pixels": "The picture has too many pixels. Scale it down and send it again.",
  "content-type-mismatch": "The file is not what its name says. Only real PNG and JPEG pictures can be read.",
  "unsupported-media-type": "Only PNG and JPEG pictures can be read.",
  "body-too-large": "The picture is too large. Scale it down and send it again.",
  "upload-too-large": "The picture is too large. Scale it down and send it again.",
  "too-long-to-read": "There is too much on the picture to be read in time. Take one with less beside the digits.",
  "too-many-digits": "There are more digits on the picture than are read at once. Cut it in two.",
  "wrong-upload-request": "The service did not understand this page, which is our mistake. Load the page again.",
  "no-such-upload": "The service does not know this picture any more. Send it again.",
  "storage-unavailable": "Pictures cannot be taken in at the moment.",
  "throttled": "Many people are asking at the moment.",
  "model-not-ready": "The model is just waking up.",
  "endpoint-unavailable": "The model cannot answer at the moment.",
  "endpoint-not-found": "No model is deployed at the moment.",
  "endpoint-timeout": "The model took too long to answer.",
  "function-timeout": "The service took too long to answer.",
  "model-failed": "The model failed on this. Try once more.",
  "model-rejected-input": "The model refused the picture, which is our mistake.",
  "bad-model-output": "The model's output is unusable, which is a fault of the service.",
  "internal-error": "Something broke on our side.",
  "access-denied": "You are signed in, but not allowed to ask the model.",
  "not-signed-in": "You are not signed in any more. Sign in again; your work is still here.",
  "refused": "The service refused this.",
  "not-signed": "You are not signed in any more. Sign in again; your work is still here.",
  "upload-expired": "There was no result in time. Send the picture again.",
  "upload-gone": "The picture was no longer there when it was to be read. Send it again.",
  "s3-EntityTooLarge": "The store refused the picture: it is too large.",
  "s3-EntityTooSmall": "The store refused the picture: the file is empty.",
  "s3-AccessDenied": "The store refused the picture.",
  "s3-expired": "The upload took too long and its link expired. Send the picture again.",
  "page-net-offline": "You are offline. This page resumes when you are back online.",
  "page-net-unreachable": "The service cannot be reached. It may be down, or something between here and there is in the way.",
  "page-net-slow": "There was no answer in time.",
  "page-wrong-type": "This is not a PNG or JPEG picture. Save it as one of these and try again.",
  "page-heic": "This is a HEIC picture, which cannot be read here. Save or share it as JPEG and try again.",
  "page-empty": "The file is empty.",
  "page-signed-out": "You are not signed in any more. Sign in again; your work is still here.",
  "page-lost": "The page was left before this picture was sent, so it did not arrive. Choose it again.",
  "page-broken": "Something broke on this page.",
};

/**
 * Say a problem in one or two sentences.
 * @param {Problem} problem
 * @returns {string}
 */
export function sentence(problem) {
  const known = SENTENCES[problem.slug];
  if (known) return known;
  if (problem.title) return `${capital(problem.title)}${problem.detail ? `: ${problem.detail}` : ""}.`;
  if (problem.slug.startsWith("s3-")) return `The store refused the picture (${problem.slug.slice(3)}).`;
  return `The service answered something unexpected (status ${problem.status}).`;
}

/**
 * Say why a picture is refused before it is sent.
 * @param {number} bytes
 * @param {number} limit
 */
export function tooLarge(bytes, limit) {
  return `This picture has ${size(bytes)}; at most ${size(limit)} can be sent. Scale it down and try again.`;
}

/** Sentences for the errors of Cognito, by the names that Amplify gives them. */
const SIGN_IN = {
  NotAuthorizedException: "Incorrect e-mail or password.",
  UserNotFoundException: "Incorrect e-mail or password.",
  UserNotConfirmedException: "This account is not confirmed yet. Sign in to get another code.",
  PasswordResetRequiredException: "Your password has to be replaced. Choose “I forgot my password”.",
  LimitExceededException: "Too many tries. Wait a few minutes.",
  TooManyRequestsException: "Too many tries. Wait a moment.",
  TooManyFailedAttemptsException: "Too many tries. Wait a few minutes.",
  InvalidPasswordException: "This password is too simple.",
  PasswordHistoryPolicyViolationException: "You have had this password before. Choose another.",
  UsernameExistsException: "There is an account for this address already. Sign in with it.",
  CodeMismatchException: "This is not the code that was sent.",
  EnableSoftwareTokenMFAException: "This is not the code that was expected.",
  ExpiredCodeException: "The code is too old; another one was sent.",
  InvalidParameterException: "A field is not filled in correctly.",
  NetworkError: "The sign-in service cannot be reached.",
};

/** Cognito replaces no password of an account that nobody has signed in to, and the one of an invitation expires. */
const NEVER_USED = "The password of your invitation has expired, or was never used. Ask whoever runs this page to send it again.";

/**
 * Say why signing in did not work.
 * @param {unknown} error
 * @returns {string}
 */
export function signInSentence(error) {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (name === "NotAuthorizedException" && /attempts exceeded/i.test(message)) return SIGN_IN.TooManyFailedAttemptsException;
  if (name === "NotAuthorizedException" && /temporary password has expired|reset in the current state/i.test(message)) return NEVER_USED;
  if (name === "InvalidPasswordException" && message) return `${SIGN_IN[name]} ${capital(message)}`;
  if (name === "NetworkError" && !navigator.onLine) return "You are offline. Try again when the network is back.";
  return SIGN_IN[name] ?? `Signing in did not work${message ? `: ${message}` : "."}`;
}

/**
 * Say what the model thinks of a digit.
 * @param {Prediction} prediction
 * @returns {string}
 */
export function verdict({ probabilities, unsure }) {
  const [first, second] = ranked(probabilities);
  const share = percent(probabilities[first]);
  if (!unsure) return `${article(first)}, ${share} sure.`;
  return `Unsure: ${article(first).toLowerCase()} (${share}) or ${article(second).toLowerCase()} (${percent(probabilities[second])}).`;
}

/**
 * The digits as a line of text; those that are unsure have a question mark.
 * @param {{digit: number, unsure?: boolean}[]} digits
 */
export function reading(digits) {
  return digits.map(({ digit, unsure }) => `${digit}${unsure ? "?" : ""}`).join(" ");
}

/**
 * Say how many of several digits are unsure; nothing when none is.
 * @param {{unsure?: boolean}[]} digits
 */
export function unsureAmong(digits) {
  const count = digits.filter(({ unsure }) => unsure).length;
  if (!count) return "";
  return digits.length === 1 ? "Unsure." : `${count} of ${digits.length} ${count === 1 ? "is" : "are"} unsure.`;
}

/**
 * The digits, most likely first.
 * @param {number[]} probabilities
 */
export function ranked(probabilities) {
  return probabilities.map((_, digit) => digit).sort((one, two) => probabilities[two] - probabilities[one]);
}

/** @param {number} digit */
function article(digit) {
  return digit === 8 ? "An 8" : `A ${digit}`;
}

/**
 * @param {number} share 0..1
 * @param {number} [places]
 */
export function percent(share, places = 0) {
  // Never "0 %" or "100 %" of what is not certain.
  if (places === 0 && share >= 0.995 && share < 1) return "> 99 %";
  if (places === 0 && share > 0 && share <= 0.005) return "< 1 %";
  return `${(share * 100).toFixed(places)} %`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 2 ** 20) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 2 ** 20).toFixed(1).replace(/\.0$/, "")} MB`;
}

/** @param {number} milliseconds */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
