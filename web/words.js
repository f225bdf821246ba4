/** The texts of the page: errors, predictions, sizes and times. No elements, no network. */

import { Problem } from "./problems.js";

/**
 * @typedef {object} Prediction
 * @property {number[]} probabilities ten of them
 * @property {boolean} [unsure] whether the model may well be wrong: below the threshold of its manifest
 */

/** What each problem means for the user. Keys are the slugs of `problems.js`. */
const SENTENCES = {
  "blank-image": "No digit found: nothing stands out from the background.",
  "unreadable-image": "The picture cannot be decoded: the file is damaged or incomplete. Save it again as PNG or JPEG.",
  "animated-image": "The picture is animated. Send a still one.",
  "too-many-pixels": "The picture has too many pixels. Scale it down and send it again.",
  "content-type-mismatch": "The file is not what its name says. Only real PNG and JPEG pictures can be read.",
  "unsupported-media-type": "Only PNG and JPEG pictures can be read.",
  "body-too-large": "The picture is too large. Scale it down and send it again.",
  "upload-too-large": "The picture is too large. Scale it down and send it again.",
  "too-long-to-read": "The picture takes too long to read. Photograph fewer digits, on plain paper.",
  "too-many-digits": "The picture has more digits than can be read at once. Cut it in two and send both parts.",
  "wrong-upload-request": "The service rejected a request of this page, which is a bug. Reload the page.",
  "no-such-upload": "The service no longer has this picture. Send it again.",
  "storage-unavailable": "Uploads are not possible at the moment.",
  "throttled": "There are too many requests at the moment.",
  "model-not-ready": "The model is starting.",
  "endpoint-unavailable": "The model is not available at the moment.",
  "endpoint-not-found": "No model is deployed at the moment.",
  "endpoint-timeout": "The model did not respond in time.",
  "function-timeout": "The service did not respond in time.",
  "model-failed": "The model failed. Try again.",
  "model-rejected-input": "The model rejected the picture, which is a bug.",
  "bad-model-output": "The model's output cannot be used, which is a bug.",
  "internal-error": "The service failed.",
  "access-denied": "Your account has no permission to use the model.",
  "not-signed-in": "You are no longer signed in. Sign in again; your work is kept.",
  "refused": "The service rejected the request.",
  "not-signed": "You are no longer signed in. Sign in again; your work is kept.",
  "upload-expired": "There was no result in time. Send the picture again.",
  "upload-gone": "The uploaded file was deleted before it was read. Send it again.",
  "s3-EntityTooLarge": "The upload was rejected: the file is too large.",
  "s3-EntityTooSmall": "The upload was rejected: the file is empty.",
  "s3-AccessDenied": "The upload was rejected.",
  "s3-expired": "The upload took too long and its link expired. Send the picture again.",
  "page-net-offline": "You are offline. This page resumes when you are back online.",
  "page-net-unreachable": "The service cannot be reached. It may be down, or a firewall or proxy blocks the connection.",
  "page-net-slow": "There was no response in time.",
  "page-wrong-type": "This is not a PNG or JPEG picture. Save it as one of these and try again.",
  "page-heic": "This is a HEIC picture, which cannot be read here. Save or share it as JPEG and try again.",
  "page-empty": "The file is empty.",
  "page-signed-out": "You are no longer signed in. Sign in again; your work is kept.",
  "page-lost": "The page was closed before this picture was sent. Choose it again.",
  "page-broken": "This page failed. Reload it.",
};

/**
 * Describe a problem in one or two sentences.
 * @param {Problem} problem
 * @returns {string}
 */
export function sentence(problem) {
  const known = SENTENCES[problem.slug];
  if (known) return known;
  if (problem.title) return `${capital(problem.title)}${problem.detail ? `: ${problem.detail}` : ""}.`;
  if (problem.slug.startsWith("s3-")) return `The upload was rejected (${problem.slug.slice(3)}).`;
  return `The service sent an unexpected response (status ${problem.status}).`;
}

/**
 * Describe why a picture is rejected before it is sent.
 * @param {number} bytes
 * @param {number} limit
 */
export function tooLarge(bytes, limit) {
  return `This picture has ${size(bytes)}; the limit is ${size(limit)}. Scale it down and try again.`;
}

/** Sentences for the errors of Cognito, by the names that Amplify gives them. */
const SIGN_IN = {
  NotAuthorizedException: "Incorrect e-mail or password.",
  UserNotFoundException: "Incorrect e-mail or password.",
  UserNotConfirmedException: "This account is not confirmed yet. Sign in to get a new code.",
  PasswordResetRequiredException: "Your password must be reset. Choose “I forgot my password”.",
  LimitExceededException: "Too many attempts. Wait a few minutes.",
  TooManyRequestsException: "Too many attempts. Wait a moment.",
  TooManyFailedAttemptsException: "Too many attempts. Wait a few minutes.",
  InvalidPasswordException: "This password is too simple.",
  PasswordHistoryPolicyViolationException: "You used this password before. Choose another.",
  UsernameExistsException: "An account with this address exists. Sign in to it.",
  CodeMismatchException: "Incorrect code.",
  EnableSoftwareTokenMFAException: "Incorrect code.",
  ExpiredCodeException: "The code has expired; a new one was sent.",
  InvalidParameterException: "A field is not filled in correctly.",
  NetworkError: "The sign-in service cannot be reached.",
};

/** Cognito replaces no password of an account that nobody has signed in to, and the one of an invitation expires. */
const NEVER_USED = "The password of your invitation has expired, or was never used. Ask the administrator to send a new one.";

/**
 * Describe why signing in failed.
 * @param {unknown} error
 * @returns {string}
 */
export function signInSentence(error) {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (name === "NotAuthorizedException" && /attempts exceeded/i.test(message)) return SIGN_IN.TooManyFailedAttemptsException;
  if (name === "NotAuthorizedException" && /temporary password has expired|reset in the current state/i.test(message)) return NEVER_USED;
  if (name === "InvalidPasswordException" && message) return `${SIGN_IN[name]} ${capital(message)}`;
  if (name === "NetworkError" && !navigator.onLine) return "You are offline. Try again when you are online.";
  return SIGN_IN[name] ?? `Signing in failed${message ? `: ${message}` : "."}`;
}

/**
 * Describe a prediction.
 * @param {Prediction} prediction
 * @returns {string}
 */
export function verdict({ probabilities, unsure }) {
  const [first] = ranked(probabilities);
  const share = percent(probabilities[first]);
  if (!unsure) return `${article(first)}, ${share} sure.`;
  const other = otherThan(probabilities);
  return `Unsure: ${first} (${share}) or ${other === null ? "no digit" : `${other} (${percent(probabilities[other])})`}.`;
}

/** A second digit of a smaller probability than this is not why a digit is unsure: its shape is. */
const UNLIKELY = 0.01;

/**
 * What an unsure digit may be instead: the second most likely digit, or null where it may be no digit.
 * @param {number[]} probabilities
 */
export function otherThan(probabilities) {
  const [, second] = ranked(probabilities);
  return probabilities[second] < UNLIKELY ? null : second;
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
 * A share in percent, without the sign: never 0 or 100 for what is not certain.
 * @param {number} share 0..1
 * @param {number} [places]
 */
export function inPercent(share, places = 0) {
  if (places === 0 && share >= 0.995 && share < 1) return "> 99";
  if (places === 0 && share > 0 && share <= 0.005) return "< 1";
  return (share * 100).toFixed(places);
}

/**
 * @param {number} share 0..1
 * @param {number} [places]
 */
export function percent(share, places = 0) {
  return `${inPercent(share, places).replace(" ", "\u00a0")}\u00a0%`;
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
