/** A colour, as programs write it. */
// eslint-disable-next-line no-control-regex -- it is what this is about
const COLOUR = /\u001b\[[0-9;]*m/g;

/** What a terminal obeys, but for the tab and the line break; and what turns the direction of writing round. */
// eslint-disable-next-line no-control-regex -- it is what this is about
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Words of a host, a container or a service for the operator's terminal. They may hold sequences that a terminal obeys: those
 * are not printed, as in `emaintenance logs` (templates/shared/untrusted.sh). Colours are dropped, everything else is a "?".
 */
export function printable(text: string): string {
  return text.replace(COLOUR, "").replace(/\r$/gm, "").replace(OBEYED, "?");
}
