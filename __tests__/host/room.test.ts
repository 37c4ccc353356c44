import { JobRunner } from "../../constructs/jobs/job-runner";
import { Room, type RoomProps } from "../../constructs/host/room";
import { laidFiles, script } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function unitsOf(props: Partial<RoomProps> = {}): string {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new Room(stack, "room", { runner, ...props });
  return Object.values(laidFiles(script(stack.synthesise(), "room"))).join("\n");
}

describe("the check of free space", () => {
  test("warns by the percentages that status has, and gives uploads no bound", () => {
    expect(unitsOf()).toContain('Environment="WARNING_PERCENT=85"\nEnvironment="ERROR_PERCENT=95"');
    expect(unitsOf()).toContain('Environment="UPLOADS_BYTES=0"');
  });

  test("takes a bound for the uploads in GiB", () => {
    expect(unitsOf({ uploadsGiB: 1.5 })).toContain('Environment="UPLOADS_BYTES=1610612736"');
  });

  test.each([0, -1, Number.NaN, 2_000_000])("refuses uploadsGiB %d", (uploadsGiB) => {
    expect(() => unitsOf({ uploadsGiB })).toThrow("uploadsGiB is");
  });
});
