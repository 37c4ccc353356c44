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

/**
 * Sorted by cost: `unit` takes seconds, `engine` needs Terraform or a Docker Engine, `e2e` makes a rehearsal host of its own.
 *
 * @type {import("jest").Config}
 */
const config = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/__tests__/(engine|e2e)/"],
    },
    {
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/engine/time-limit.ts"],
    },
    {
      ...common,
      displayName: "e2e",
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/e2e/support/time-limit.ts"],
      globalSetup: "<rootDir>/__tests__/e2e/setup.ts",
      globalTeardown: "<rootDir>/__tests__/e2e/teardown.ts",
    },
  ],
};
export default config;
