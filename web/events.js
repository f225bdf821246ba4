/** AppSync Events through Amplify, a chunk of its own: told by push when the result of an upload is there. */

import { events } from "aws-amplify/data";

/**
 * Subscribe to a channel.
 * @param {string} channel such as `/predictions/OWNER/JOB`
 * @param {(event: any) => void} onEvent
 * @returns {Promise<() => void>} when the service has confirmed it; call the result to unsubscribe
 */
export async function subscribe(channel, onEvent) {
  const opened = await events.connect(channel);
  const subscription = opened.subscribe({
    next: ({ event }) => onEvent(event),
    // The job is asked for as well; a push that never comes loses nothing.
    error: () => undefined,
  });
  await subscription.ready;
  return () => { opened.close(); };
}

/**
 * Let Amplify, which always says `wss:`, reach an emulator that speaks without TLS.
 * @param {string} eventsUrl address of the Events API
 */
export function allowPlainSockets(eventsUrl) {
  const { protocol, host } = new URL(eventsUrl);
  if (protocol !== "http:") return;
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(/** @type {string | URL} */ url, /** @type {string | string[]} */ protocols) {
      const wanted = new URL(url);
      if (wanted.host === host) wanted.protocol = "ws:";
      super(wanted, protocols);
    }
  };
}
