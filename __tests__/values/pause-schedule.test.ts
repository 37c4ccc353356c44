import { PauseSchedule } from "../../constructs/values/pause-schedule";

describe("a schedule with pauses", () => {
  test("begins when its timer starts, and goes on after each run", () => {
    const schedule = PauseSchedule.ofSeconds(10);
    expect(schedule.timer()).toEqual(["OnActiveSec=10s", "OnUnitInactiveSec=10s"]);
    expect(schedule.inWords()).toBe("10 s after the last run");
  });

  test.each([[0], [-1], [0.5], [3601], [NaN]])("of %d seconds is refused", (seconds) => {
    expect(() => PauseSchedule.ofSeconds(seconds)).toThrow(
      `pause between two runs is ${seconds}: expected whole seconds from 1 to 3600, such as 10`,
    );
  });
});
