// The order of the test files: those that e2e/order.json names as it names them, since they share one host; all others with
// the one that took longest the last time first, so that workers end at about the same time.
const { existsSync, readFileSync } = require("node:fs");
const { join, relative } = require("node:path");
const Sequencer = require("@jest/test-sequencer").default;

const ROOT = join(__dirname, "../..");
const DURATIONS = join(ROOT, ".check/durations.json");

const order = JSON.parse(readFileSync(join(__dirname, "../e2e/order.json"), "utf8"));

function lastDurations() {
  try {
    return existsSync(DURATIONS) ? (JSON.parse(readFileSync(DURATIONS, "utf8")).files ?? {}) : {};
  } catch {
    return {};
  }
}

module.exports = class extends Sequencer {
  sort(tests) {
    const seconds = lastDurations();
    const rank = (path) => {
      const index = order.indexOf(path);
      return index === -1 ? order.length : index;
    };
    return tests
      .map((test) => ({ test, path: relative(ROOT, test.path) }))
      .sort(
        (a, b) =>
          rank(a.path) - rank(b.path) ||
          (seconds[b.path] ?? 0) - (seconds[a.path] ?? 0) ||
          a.path.localeCompare(b.path),
      )
      .map(({ test }) => test);
  }
};
