import { ProductionStack } from "../../constructs/production/production-stack";
import { CronSchedule } from "../../constructs/values/cron-schedule";
import type { OffHostSettings } from "../../constructs/backup/off-host";
import { script, synthesise } from "../support/stack-json";
import { testApp } from "../support/test-stack";

function stackWith(offHost?: OffHostSettings) {
  return synthesise(new ProductionStack(testApp(), "prod", { host: { backup: { offHost } } }));
}

describe("offsite copies", () => {
  test("are off, and then no variable is asked for, and no program of the host", () => {
    const json = stackWith();
    const inlines = JSON.stringify(script(json, "preflight").provisioner);

    expect(Object.keys(json.variable).filter((name) => name.startsWith("OFF_HOST_"))).toEqual([]);
    expect(inlines).toContain("'ufw jq curl logrotate cron'");
    // What an earlier deployment had set up is removed.
    expect(script(json, "off_host")).toMatchObject({ count: 0 });
  });

  test("lay down what opens them as a file of its own, and no part of it anywhere else", () => {
    const { triggers, ...off } = script(stackWith({}), "off_host") as unknown as {
      triggers: Record<string, string>;
      provisioner: Record<string, { content?: string; destination?: string; inline?: string[] }>[];
    };

    const values = Object.values(triggers).filter((value) => value.includes("OFF_HOST_PASSWORD"));
    expect(values).toEqual([expect.stringMatching(/^\$\{substr\(nonsensitive\(sha256\(.*\)\), 0, 4\)\}$/)]);
    const withPassword = JSON.stringify(off.provisioner).split("OFF_HOST_PASSWORD").length - 1;
    expect(withPassword).toBe(1);
  });

  test("are made every ten minutes and read back on Sundays, or as a team wants", () => {
    const usual = JSON.stringify(stackWith({}));
    expect(usual).toMatch(/OnCalendar=\*-\*-\* \*:00,10,20,30,40,50:00/);

    const own = JSON.stringify(
      stackWith({ everyMinutes: 30, check: CronSchedule.daily({ hour: 4 }), keep: { days: 7 } }),
    );
    expect(own).toContain("OFF_HOST_KEEP=7 8 12");
    expect(own).toContain("*-*-* 04:00:00");
  });

  test("need restic on the host, which the preflight looks for", () => {
    expect(JSON.stringify(stackWith({}))).toContain("'ufw jq curl logrotate cron restic'");
  });

  test.each([
    [{ everyMinutes: 7 }, /minutes of a schedule is 7: expected a whole part of 60/],
    [{ keep: { days: 0 } }, /keep.*days is 0: expected at least 1 day|days is 0: expected at least 1 day/],
  ])("refuse %j", (settings, message) => {
    expect(() => stackWith(settings)).toThrow(message);
  });
});
