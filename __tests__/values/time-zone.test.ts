import { timeZone } from "../../constructs/values/time-zone";

describe("a time zone", () => {
  test.each(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8"])(
    "may be %s",
    (name) => {
      expect(timeZone.parse(name)).toBe(name);
    },
  );

  test.each(["", "Mars/Olympus", "Berlin", "+08:00", "Europe/Berlin\n"])("may not be %j", (name) => {
    const { error } = timeZone.safeParse(name);

    expect(error?.issues.map(({ message }) => message)).toEqual([
      'expected a time zone of the tz database, such as "UTC" or "Europe/Berlin"',
    ]);
  });
});
