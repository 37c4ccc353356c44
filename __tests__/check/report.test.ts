import { faultTable } from "../../scripts/check/fault-table";
import { countsOf, fileDurations, type JestReport, testDurations } from "../../scripts/check/report";

const report: JestReport = {
  numPassedTests: 1,
  numFailedTests: 1,
  numPendingTests: 2,
  testResults: [
    {
      name: "/repository/__tests__/a.test.ts",
      startTime: 1000,
      endTime: 3500,
      assertionResults: [
        { ancestorTitles: ["a host"], title: "answers", status: "passed", duration: 1500 },
        { ancestorTitles: [], title: "breaks", status: "failed", duration: null },
        { ancestorTitles: [], title: "waits", status: "pending", duration: null },
      ],
    },
  ],
};

describe("what a run of jest counts for", () => {
  test("is what it says", () => {
    expect(countsOf(report, false)).toEqual({ passed: 1, failed: 1, skipped: 2 });
  });

  test.each([
    ["that wrote no report", undefined, true],
    ["that ran no test", { ...report, numPassedTests: 0, numFailedTests: 0 }, true],
    ["that failed without a failed test", { ...report, numFailedTests: 0 }, false],
  ])("is one failure for a run %s", (_what, given, succeeded) => {
    expect(countsOf(given, succeeded).failed).toBe(1);
  });

  test("is no failure for a run that passed", () => {
    expect(countsOf({ ...report, numFailedTests: 0 }, true).failed).toBe(0);
  });
});

test("durations are in seconds, by file and by test; tests that did not run have none", () => {
  expect(fileDurations(report, "/repository")).toEqual({ "__tests__/a.test.ts": 2.5 });
  expect(testDurations(report, "/repository")).toEqual([
    { file: "__tests__/a.test.ts", test: "a host › answers", seconds: 1.5, passed: true },
    { file: "__tests__/a.test.ts", test: "breaks", seconds: 0, passed: false },
  ]);
});

test("the table of faults says of each whether it held, and how many did", () => {
  expect(faultTable(testDurations(report, "/repository"))).toEqual([
    "held        2 s  a host › answers",
    "FAILED      0 s  breaks",
    "1 of 2 hold",
  ]);
});
