/** Milliseconds that one test with real programs may take on a busy machine; a test that needs longer says so. */
const LIMIT_MS = 60_000;

jest.setTimeout(LIMIT_MS);
