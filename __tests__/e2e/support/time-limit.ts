/** Milliseconds that one end-to-end test may take on a slow machine: a deploy from nothing, and what is done with it. */
const LIMIT_MS = 15 * 60 * 1000;

jest.setTimeout(LIMIT_MS);
