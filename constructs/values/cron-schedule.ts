import { numberOutOfRange, scheduleInvalid } from "../errors";
import { CRON_FIELDS, CronField, MONTHS, WEEKDAYS } from "./cron-field";
import type { Schedule } from "./schedule";

export type Weekday = "sunday" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday";

/** A time of day, on the 24-hour clock. */
export interface TimeOfDay {
  /** From 0 to 23. */
  readonly hour: number;
  /** From 0 to 59. @default 0 */
  readonly minute?: number;
}

/** Days of each month, February 29th included: it comes every few years. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Times of the calendar at which something runs, as a crontab says them. One that never comes, such as February 30th,
 * cannot be built.
 */
export class CronSchedule implements Schedule {
  /** Every day at this time. */
  static daily({ hour, minute = 0 }: TimeOfDay): CronSchedule {
    return CronSchedule.parse(`${minute} ${hour} * * *`);
  }

  /** Once a week on this day. */
  static weekly({ day, hour, minute = 0 }: TimeOfDay & { readonly day: Weekday }): CronSchedule {
    return CronSchedule.parse(`${minute} ${hour} * * ${day.slice(0, 3)}`);
  }

  /**
   * Every so many minutes, counted from the full hour.
   *
   * @param minutes a part of 60, so that the steps are equal over the end of the hour too
   * @throws ConfigurationError for any other number
   */
  static every({ minutes }: { readonly minutes: number }): CronSchedule {
    if (!Number.isInteger(minutes) || minutes < 1 || 60 % minutes !== 0) {
      throw numberOutOfRange("minutes of a schedule", minutes, "a whole part of 60, such as 5, 15 or 60");
    }
    return CronSchedule.parse(
      minutes === 60 ? "0 * * * *" : `${minutes === 1 ? "*" : `*/${minutes}`} * * * *`,
    );
  }

  /**
   * Five fields as in crontab(5): minute, hour, day of the month, month, day of the week.
   *
   * @throws ConfigurationError naming the field that is wrong
   */
  static parse(text: string): CronSchedule {
    const words = text.trim().split(/\s+/);
    const kinds = Object.values(CRON_FIELDS);
    if (words.length !== kinds.length) {
      throw scheduleInvalid(text, `it has ${words.length} fields, and needs ${kinds.length}`);
    }
    const [minute, hour, dayOfMonth, month, dayOfWeek] = kinds.map((kind, at) => {
      const field = CronField.parse(kind, words[at] ?? "");
      if (typeof field === "string") throw scheduleInvalid(text, field);
      return field;
    }) as [CronField, CronField, CronField, CronField, CronField];

    if (!dayOfMonth.isEvery && !isEveryWeekday(dayOfWeek)) {
      throw scheduleInvalid(
        text,
        "cron would run it on the days of the month and on the days of the week: make two schedules of it",
      );
    }
    const comes = month.values.some(
      (value) => (dayOfMonth.values[0] ?? 0) <= (LONGEST_MONTHS[value - 1] ?? 0),
    );
    if (!comes) {
      throw scheduleInvalid(text, "this day never comes");
    }
    return new CronSchedule(minute, hour, dayOfMonth, month, dayOfWeek);
  }

  private constructor(
    private readonly minute: CronField,
    private readonly hour: CronField,
    private readonly dayOfMonth: CronField,
    private readonly month: CronField,
    private readonly dayOfWeek: CronField,
  ) {}

  /** The five fields of a crontab. */
  toString(): string {
    return [this.minute, this.hour, this.dayOfMonth, this.month, this.dayOfWeek]
      .map(({ text }) => text)
      .join(" ");
  }

  /**
   * The same times as a calendar event of systemd, for example `Sun *-*-* 03:00:00 UTC`.
   *
   * Source: systemd.time(7), "Calendar Events".
   */
  toCalendarEvent(timeZone: string): string {
    const numbers = (field: CronField) =>
      field.isEvery ? "*" : field.values.map((value) => String(value).padStart(2, "0")).join(",");
    const days = this.dayOfWeek.values.map((day) => (WEEKDAYS[day] ?? "").slice(0, 3)).join(",");
    return [
      ...(isEveryWeekday(this.dayOfWeek) ? [] : [days]),
      `*-${numbers(this.month)}-${numbers(this.dayOfMonth)}`,
      `${numbers(this.hour)}:${numbers(this.minute)}:00`,
      timeZone,
    ].join(" ");
  }

  /** A run that was missed, because the host was down, is made up for as soon as it is up. */
  timer(timeZone: string): readonly string[] {
    return [`OnCalendar=${this.toCalendarEvent(timeZone)}`, "Persistent=true"];
  }

  inWords(timeZone: string): string {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = this;
    const everyDay = dayOfMonth.isEvery && month.isEvery && isEveryWeekday(dayOfWeek);
    if (everyDay && hour.isEvery) {
      const every = evenStep(minute);
      if (every !== undefined) return every === 1 ? "every minute" : `every ${every} minutes`;
      if (minute.only === 0) return "every hour";
    }
    if (minute.only === undefined || hour.only === undefined) {
      return `at the times "${this.toString()}" of a crontab, ${timeZone}`;
    }
    const months = inList(month.values.map((value) => MONTHS[value - 1] ?? ""));
    const weekdays = inList(dayOfWeek.values.map((day) => WEEKDAYS[day] ?? ""));
    const days = !dayOfMonth.isEvery
      ? `on day ${inList(dayOfMonth.values.map(String))} of ${month.isEvery ? "every month" : months}`
      : `every ${isEveryWeekday(dayOfWeek) ? "day" : weekdays}${month.isEvery ? "" : ` in ${months}`}`;
    return `${days} at ${twoDigits(hour.only)}:${twoDigits(minute.only)} ${timeZone}`;
  }
}

/** 0 and 7 are both Sunday, so that all days are seven values and not eight. */
const isEveryWeekday = (field: CronField): boolean => field.values.length === WEEKDAYS.length;

const twoDigits = (value: number): string => String(value).padStart(2, "0");

const inList = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** The step between all values, where it is the same over the end of the hour too. */
function evenStep(minute: CronField): number | undefined {
  const step = 60 / minute.values.length;
  return minute.values.length > 1 && minute.values.every((value, at) => value === at * step)
    ? step
    : undefined;
}
