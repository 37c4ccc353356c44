import { ImageCleanUp, type ImageCleanUpProps } from "../../constructs/host/image-clean-up";
import { JobRunner } from "../../constructs/jobs/job-runner";
import { laidFiles, script } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function unitsOf(props: Partial<ImageCleanUpProps> = {}): string {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new ImageCleanUp(stack, "clean-up", { runner, ...props });
  return Object.values(laidFiles(script(stack.synthesise(), "image_clean_up"))).join("\n");
}

describe("the clean-up of images", () => {
  test("comes on Sundays, and keeps five tags and everything of two weeks", () => {
    const units = unitsOf();
    expect(units).toContain("OnCalendar=Sun *-*-* 04:00:00 UTC");
    expect(units).toContain('Environment="OLDER_THAN_DAYS=14"\nEnvironment="KEEP_TAGS=5"');
    expect(units).toContain('Environment="REPOSITORY_PREFIX=emaintenance/"');
  });

  test("lays its settings down, for the operator's command", () => {
    expect(unitsOf({ keepTags: 3 })).toContain(
      "OLDER_THAN_DAYS=14\nKEEP_TAGS=3\nREPOSITORY_PREFIX=emaintenance/\nRELEASES=/opt/emaintenance/releases\n",
    );
  });

  test.each<[Partial<ImageCleanUpProps>, string]>([
    [{ keepTags: 1 }, "keepTags is 1: expected at least 2: the release in use and the one before"],
    [{ olderThanDays: 0 }, "olderThanDays is 0: expected at least 1 day"],
    [
      { repositoryPrefix: "" },
      'repositoryPrefix is "": expected a text that ends in "/", such as emaintenance/',
    ],
  ])("refuses %j", (props, message) => {
    expect(() => unitsOf(props)).toThrow(message);
  });
});
