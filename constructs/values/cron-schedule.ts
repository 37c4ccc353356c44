import { CronExpressionParser } from "cron-parser";
import { toString as toWords } from "cronstrue";
import { numberOutOfRange, scheduleInvalid } from "../errors";
import { CRON_FIELDS, CronField } from "./cron-field";
import type { Schedule } from "./schedule";

export type Weekday = "sunday" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday";

/** A time of day, on the 24-hour clock. */
export interface TimeOfDay {
  /** From 0 to 23. */
  readonly hour: number;
  /** From 0 to 59. @default 0 */
  readonly minute?: number;
}

/** As systemd knows them, from 0. */
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

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
    const names = Object.keys(CRON_FIELDS) as (keyof typeof CRON_FIELDS)[];
    if (words.length !== names.length) {
      throw scheduleInvalid(text, `it has ${words.length} fields, and needs ${names.length}`);
    }
    const [minute, hour, dayOfMonth, month, dayOfWeek] = names.map((name, at) => {
      const field = CronField.parse(name, words[at] ?? "");
      if (typeof field === "string") throw scheduleInvalid(text, field);
      return field;
    }) as [CronField, CronField, CronField, CronField, CronField];

    if (!dayOfMonth.isEvery && !dayOfWeek.isEvery) {
      throw scheduleInvalid(
        text,
        "cron would run it on the days of the month and on the days of the week: make two schedules of it",
      );
    }
    if (!comes(dayOfMonth, month)) {
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
    const days = this.dayOfWeek.values.map((day) => WEEKDAYS[day]).join(",");
    return [
      ...(this.dayOfWeek.isEvery ? [] : [days]),
      `*-${numbers(this.month)}-${numbers(this.dayOfMonth)}`,
      `${numbers(this.hour)}:${numbers(this.minute)}:00`,
      timeZone,
    ].join(" ");
  }

  /** A run that was missed, because the host was down, is made up for as soon as it is up. */
  timer(timeZone: string): readonly string[] {
    return [`OnCalendar=${this.toCalendarEvent(timeZone)}`, "Persistent=true"];
  }

  /** The words are cronstrue's: `at 02:00, every day (UTC)`. */
  inWords(timeZone: string): string {
    const fields = [this.minute, this.hour, this.dayOfMonth, this.month, this.dayOfWeek];
    const verbose = !this.hour.isEvery;
    const said = toWords(fields.map(({ plain }) => plain).join(" "), { use24HourTimeFormat: true, verbose });
    const words = said.charAt(0).toLowerCase() + said.slice(1);
    const inEveryZone = words.startsWith("every") && fields.slice(1).every(({ isEvery }) => isEvery);
    return inEveryZone ? words : `${words} (${timeZone})`;
  }
}

/** Whether one of the months has one of the days; February 29th comes every few years. */
function comes(dayOfMonth: CronField, month: CronField): boolean {
  try {
    CronExpressionParser.parse(`0 0 ${dayOfMonth.values.join(",")} ${month.values.join(",")} *`);
    return true;
  } catch {
    return false;
  }
}
