import { CronSchedule } from "../../constructs/values/cron-schedule";

const EXAMPLE = `such as "0 2 * * *" for every day at 02:00`;
const FIELDS = `expected minute, hour, day of the month, month and day of the week, ${EXAMPLE}`;

describe("a schedule", () => {
  test.each([
    [CronSchedule.daily({ hour: 2 }), "0 2 * * *", "at 02:00, every day (UTC)", "*-*-* 02:00:00 UTC"],
    [
      CronSchedule.daily({ hour: 23, minute: 5 }),
      "5 23 * * *",
      "at 23:05, every day (UTC)",
      "*-*-* 23:05:00 UTC",
    ],
    [
      CronSchedule.weekly({ day: "sunday", hour: 3 }),
      "0 3 * * sun",
      "at 03:00, only on Sunday (UTC)",
      "Sun *-*-* 03:00:00 UTC",
    ],
    [CronSchedule.every({ minutes: 15 }), "*/15 * * * *", "every 15 minutes", "*-*-* *:00,15,30,45:00 UTC"],
    [CronSchedule.every({ minutes: 1 }), "* * * * *", "every minute", "*-*-* *:*:00 UTC"],
    [CronSchedule.every({ minutes: 60 }), "0 * * * *", "every hour", "*-*-* *:00:00 UTC"],
  ])("made by a name is the line %#", (schedule, crontab, words, event) => {
    expect(String(schedule)).toBe(crontab);
    expect(schedule.inWords("UTC")).toBe(words);
    expect(schedule.toCalendarEvent("UTC")).toBe(event);
  });

  test.each([
    ["0 2 * * *", "at 02:00, every day (UTC)"],
    ["  30   4 * * 7 ", "at 04:30, only on Sunday (UTC)"],
    ["0 3 * * 1-5", "at 03:00, Monday through Friday (UTC)"],
    ["0 3 1 * *", "at 03:00, on day 1 of the month (UTC)"],
    ["0 3 1,15 jan,JUL *", "at 03:00, on day 1 and 15 of the month, only in January and July (UTC)"],
    ["0 3 * 12 *", "at 03:00, every day, only in December (UTC)"],
    ["0 3 * 12 sun", "at 03:00, only on Sunday, only in December (UTC)"],
    ["0 3 * * 0-7", "at 03:00, every day (UTC)"],
    ["0,30 * * * *", "at 0 and 30 minutes past the hour (UTC)"],
    ["7 * * * *", "at 7 minutes past the hour (UTC)"],
    ["0 8-18/2 * * *", "on the hour, every 2 hours, between 08:00 and 18:00, every day (UTC)"],
    ["*/25 * * * *", "at 0, 25, and 50 minutes past the hour (UTC)"],
    ["0 */5 * * *", "at 00:00, 05:00, 10:00, 15:00 and 20:00, every day (UTC)"],
    ["0 3 * * 0,6,7", "at 03:00, only on Sunday and Saturday (UTC)"],
    ["0 03 * * 07", "at 03:00, only on Sunday (UTC)"],
  ])("%s of a crontab is: %s", (text, words) => {
    expect(CronSchedule.parse(text).inWords("UTC")).toBe(words);
  });

  test.each([
    ["0 2 29 2 *", "*-02-29 02:00:00 UTC"],
    ["0 8-18/5 * * *", "*-*-* 08,13,18:00:00 UTC"],
    ["*/25 * * * 6,7", "Sun,Sat *-*-* *:00,25,50:00 UTC"],
    ["0 0 31 */2 *", "*-01,03,05,07,09,11-31 00:00:00 UTC"],
  ])("%s of a crontab is %s to systemd", (text, event) => {
    expect(CronSchedule.parse(text).toCalendarEvent("UTC")).toBe(event);
  });

  test("means times of the zone that it is asked in", () => {
    const schedule = CronSchedule.daily({ hour: 2 });
    expect(schedule.toCalendarEvent("Europe/Berlin")).toBe("*-*-* 02:00:00 Europe/Berlin");
    expect(schedule.inWords("Europe/Berlin")).toBe("at 02:00, every day (Europe/Berlin)");
  });

  test("makes up for a run that was missed", () => {
    expect(CronSchedule.daily({ hour: 2 }).timer("UTC")).toEqual([
      "OnCalendar=*-*-* 02:00:00 UTC",
      "Persistent=true",
    ]);
  });
});

describe("an impossible schedule cannot be built", () => {
  const hours = "expected 0 to 23, a range such as 0-23, a step such as */2, or *";

  test.each([
    ["", "it has 1 fields, and needs 5"],
    ["0 2 * *", "it has 4 fields, and needs 5"],
    ["0 2 * * * root", "it has 6 fields, and needs 5"],
    ["0 24 * * *", `hour "24": ${hours}`],
    ["0 -1 * * *", `hour "-1": ${hours}`],
    ["0 2.5 * * *", `hour "2.5": ${hours}`],
    ["0 two * * *", `hour "two": ${hours}`],
    ["0 , * * *", `hour "": ${hours}`],
    ["60 2 * * *", 'minute "60": expected 0 to 59, a range such as 0-59, a step such as */2, or *'],
    ["0 2 0 * *", 'day of the month "0": expected 1 to 31, a range such as 1-31, a step such as */2, or *'],
    ["0 2 * 13 *", 'month "13": expected 1 to 12, a range such as 1-12, a step such as */2, or *'],
    ["0 2 * * 8", 'day of the week "8": expected 0 to 7, a range such as 0-7, a step such as */2, or *'],
    [
      "0 2 * * sunday",
      'day of the week "sunday": expected 0 to 7, a range such as 0-7, a step such as */2, or *',
    ],
    ["0 18-8 * * *", 'hour "18-8": the range ends before it begins'],
    ["*/0 * * * *", 'minute "*/0": expected a step from 1 to 59'],
    ["*/60 * * * *", 'minute "*/60": expected a step from 1 to 59'],
    ["5/15 * * * *", 'minute "5/15": a step needs a range, such as 5-59/15'],
    ["0 1-2-3 * * *", `hour "1-2-3": ${hours}`],
    ["0 L * * *", `hour "L": ${hours}`],
    ["0 ? * * *", `hour "?": ${hours}`],
    ["0 H * * *", `hour "H": ${hours}`],
    ["0 2 L * *", 'day of the month "L": expected 1 to 31, a range such as 1-31, a step such as */2, or *'],
    ["0 2 * * 1#2", 'day of the week "1#2": expected 0 to 7, a range such as 0-7, a step such as */2, or *'],
    ["@daily", "it has 1 fields, and needs 5"],
    ["0 2 30 2 *", "this day never comes"],
    ["0 2 31 4,6,9,11 *", "this day never comes"],
    [
      "0 2 1 * sun",
      "cron would run it on the days of the month and on the days of the week: make two schedules of it",
    ],
  ])("%s", (text, problem) => {
    expect(() => CronSchedule.parse(text)).toThrow(`schedule "${text}": ${problem}; ${FIELDS}`);
  });

  test.each([[7], [0], [-5], [2.5], [61], [NaN]])("every %d minutes", (minutes) => {
    expect(() => CronSchedule.every({ minutes })).toThrow(
      `minutes of a schedule is ${minutes}: expected a whole part of 60, such as 5, 15 or 60`,
    );
  });

  test.each([[24], [-1], [2.5], [NaN]])("daily at hour %d", (hour) => {
    expect(() => CronSchedule.daily({ hour })).toThrow(`hour "${hour}": ${hours}`);
  });
});
