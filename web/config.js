/** What differs between environments: `config.json` beside the page, written by `tools/site.py` from the stacks' outputs. */

/**
 * @typedef {object} Config
 * @property {"digits.web/1"} schema
 * @property {string} environment `local`, `dev` or `prod`
 * @property {string} region
 * @property {string} api_url base of the HTTP API, without a slash at its end
 * @property {string} user_pool_id
 * @property {string} user_pool_client_id
 * @property {string | null} user_pool_endpoint another address of Cognito than AWS's own
 * @property {string | null} events_url HTTP address of the AppSync Events API; null where there are no uploads
 * @property {boolean} sign_up whether people may make accounts themselves
 * @property {number | null} upload_bytes_max null where there are no uploads
 */

const SCHEMA = "digits.web/1";

/**
 * Read the configuration.
 * @returns {Promise<Config>}
 */
export async function loadConfig() {
  const response = await fetch("config.json");
  if (!response.ok) throw new Error(`config.json was answered with status ${response.status}`);
  const config = await response.json();
  if (config.schema !== SCHEMA) throw new Error(`config.json has schema ${config.schema}, this page reads ${SCHEMA}`);
  return config;
}
