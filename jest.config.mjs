/**
 * Every test file compiles alone (isolatedModules in tsconfig.json): types are checked once, by `npm run types`.
 *
 * @type {import("jest").Config}
 */
const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.rehearsal", "<rootDir>/rehearsal/app"],
};

/** Tests on a rehearsal host, which the global setup makes. */
const onRehearsal = {
  ...common,
  setupFilesAfterEnv: ["<rootDir>/__tests__/e2e/support/time-limit.ts"],
  globalSetup: "<rootDir>/__tests__/e2e/setup.ts",
  globalTeardown: "<rootDir>/__tests__/e2e/teardown.ts",
};

/**
 * Sorted by cost: `unit` takes seconds, `engine` needs Terraform or a Docker Engine, `e2e` makes a rehearsal host of its own,
 * `faults` is the long matrix, which `npm run check:faults` runs. The sequencer gives the order of the files.
 *
 * @type {import("jest").Config}
 */
const config = {
  testSequencer: "<rootDir>/__tests__/support/sequencer.cjs",
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/__tests__/(engine|e2e|faults)/"],
    },
    {
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/engine/time-limit.ts"],
    },
    { ...onRehearsal, displayName: "e2e", testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"] },
    { ...onRehearsal, displayName: "faults", testMatch: ["<rootDir>/__tests__/faults/host/**/*.test.ts"] },
    {
      ...common,
      displayName: "faults-engine",
      testMatch: ["<rootDir>/__tests__/faults/engine/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/engine/time-limit.ts"],
    },
  ],
};
export default config;
