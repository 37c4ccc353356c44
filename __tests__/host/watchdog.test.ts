import { JobRunner } from "../../constructs/jobs/job-runner";
import { Watchdog, type WatchdogProps } from "../../constructs/host/watchdog";
import { laidFiles, script } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function unitsOf(props: Partial<WatchdogProps> = {}): string {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new Watchdog(stack, "watch", { runner, ...props });
  return Object.values(laidFiles(script(stack.synthesise(), "watchdog"))).join("\n");
}

describe("the watchdog", () => {
  test("looks every five seconds, and restarts a container three times an hour at most", () => {
    expect(unitsOf()).toContain("OnUnitInactiveSec=5s");
    expect(unitsOf()).toContain('Environment="RESTARTS_AN_HOUR=3"\nEnvironment="SETTLE_SECONDS=45"');
  });

  test("knows the start order of the deployment document", () => {
    expect(unitsOf()).toContain(
      'Environment="DEPENDENCIES=postgres: redis: user-service:postgres,redis ' +
        "work-order-service:postgres,redis,user-service asset-service:postgres,redis,user-service " +
        'web:user-service,work-order-service,asset-service nginx:"',
    );
  });

  test.each<[Partial<WatchdogProps>, string]>([
    [{ everySeconds: 0 }, "everySeconds is 0"],
    [{ restartsPerHour: 2.5 }, "restartsPerHour is 2.5: expected a whole number"],
    [{ settleSeconds: -1 }, "settleSeconds is -1"],
  ])("refuses %j", (props, message) => {
    expect(() => unitsOf(props)).toThrow(message);
  });
});
