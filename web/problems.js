/** One kind of error for everything that can go wrong: a problem document of the API, an answer of S3, or the page's own. */

const PREFIX = "urn:digits:problem:";

/** Something that went wrong, by its stable `slug`. `words.js` says it to people. */
export class Problem extends Error {
  /**
   * @param {string} slug end of the type URN, or a name of the page's own: `page-...`, `s3-...`
   * @param {object} [more]
   * @param {string} [more.title]
   * @param {string} [more.detail]
   * @param {number} [more.status]
   * @param {string} [more.correlationId] what to tell whoever runs the service
   * @param {number} [more.retryAfterSeconds]
   */
  constructor(slug, { title = "", detail = "", status = 0, correlationId = "", retryAfterSeconds } = {}) {
    super(title || slug);
    this.name = "Problem";
    this.slug = slug;
    this.title = title;
    this.detail = detail;
    this.status = status;
    this.correlationId = correlationId;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** @returns {boolean} whether the same request may do better a little later */
  get isPassing() {
    return this.status === 429 || this.status >= 500 || this.slug.startsWith("page-net");
  }
}

/**
 * The problem that a document of the API tells, such as the reason of a failed job.
 * @param {{type?: string, title?: string, detail?: string, status?: number}} document
 * @param {{correlationId?: string, retryAfterSeconds?: number, status?: number}} [more]
 */
export function fromDocument(document, more = {}) {
  const type = String(document.type ?? "");
  const slug = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : `page-status-${document.status ?? more.status}`;
  return new Problem(slug, { status: document.status, ...more, title: document.title, detail: document.detail });
}

/**
 * The problem in an answer of the API, whatever its body is.
 * @param {Response} response
 * @param {string} correlationId
 */
export async function fromResponse(response, correlationId) {
  const seconds = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  const more = {
    status: response.status,
    correlationId: response.headers.get("X-Correlation-Id") ?? correlationId,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  };
  const document = await response.json().catch(() => ({}));
  // A proxy or the gateway itself may answer something else than a problem document.
  return fromDocument(document && typeof document === "object" ? document : {}, more);
}

/**
 * The problem in an XML answer of S3.
 * @param {number} status
 * @param {string} text
 * @param {string} correlationId
 */
export function fromS3(status, text, correlationId) {
  const xml = new DOMParser().parseFromString(text, "application/xml");
  const code = xml.querySelector("Code")?.textContent ?? `status-${status}`;
  const detail = xml.querySelector("Message")?.textContent ?? "";
  const expired = code === "AccessDenied" && /expired/i.test(detail);
  return new Problem(expired ? "s3-expired" : `s3-${code}`, { status, detail, correlationId });
}

/**
 * Any error as a problem.
 * @param {unknown} error
 * @param {string} [correlationId]
 */
export function asProblem(error, correlationId = "") {
  if (error instanceof Problem) return error;
  return new Problem("page-broken", { title: error instanceof Error ? error.message : String(error), correlationId });
}
