// One test with real programs may take a minute on a busy machine; a test that needs longer says so.
jest.setTimeout(60_000);
