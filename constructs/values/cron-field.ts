/** One of the five fields of a crontab line. */
export interface CronFieldKind {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** Names that stand for numbers, the first for the lowest. @default none */
  readonly names?: readonly string[];
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Source: crontab(5). 7 is Sunday too. */
export const CRON_FIELDS = {
  minute: { name: "minute", lowest: 0, highest: 59 },
  hour: { name: "hour", lowest: 0, highest: 23 },
  dayOfMonth: { name: "day of the month", lowest: 1, highest: 31 },
  month: { name: "month", lowest: 1, highest: 12, names: MONTHS },
  dayOfWeek: {
    name: "day of the week",
    lowest: 0,
    highest: 7,
    names: WEEKDAYS.map((day) => day.slice(0, 3)),
  },
} as const satisfies Record<string, CronFieldKind>;

/** What one field allows. */
export class CronField {
  /** @returns a sentence about what is wrong, when something is */
  static parse(kind: CronFieldKind, text: string): CronField | string {
    const values = new Set<number>();
    for (const part of text.split(",")) {
      const found = valuesOf(kind, part);
      if (typeof found === "string") return found;
      found.forEach((value) => values.add(value));
    }
    return new CronField(
      kind,
      text,
      [...values].sort((a, b) => a - b),
    );
  }

  private constructor(
    readonly kind: CronFieldKind,
    /** As in a crontab. */
    readonly text: string,
    /** All values that it allows, in order. */
    readonly values: readonly number[],
  ) {}

  /** True where it allows everything. */
  get isEvery(): boolean {
    return this.values.length === this.kind.highest - this.kind.lowest + 1;
  }

  /** The value, where it allows only one. */
  get only(): number | undefined {
    return this.values.length === 1 ? this.values[0] : undefined;
  }
}

/** The values that one part between commas allows, or a sentence about what is wrong with it. */
function valuesOf(kind: CronFieldKind, part: string): number[] | string {
  const { name, lowest, highest } = kind;
  const range = `expected ${lowest} to ${highest}, a range such as ${lowest}-${highest}, a step such as */2, or *`;
  const match = /^(?:(\*)|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:\/(\d+))?$/.exec(part);
  if (!match) return `${name} "${part}": ${range}`;
  const [, every, first, last, stepText] = match;

  const from = every ? lowest : valueOf(kind, first ?? "");
  const to = every ? highest : last === undefined ? from : valueOf(kind, last);
  if (from === undefined || to === undefined) return `${name} "${part}": ${range}`;
  if (from > to) return `${name} "${part}": the range ends before it begins`;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (stepText !== undefined && every === undefined && last === undefined) {
    return `${name} "${part}": a step needs a range, such as ${first}-${highest}/${stepText}`;
  }
  if (step < 1 || step > highest) return `${name} "${part}": expected a step from 1 to ${highest}`;

  const values = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return kind.name === CRON_FIELDS.dayOfWeek.name ? values.map((day) => day % 7) : values;
}

function valueOf({ names, lowest, highest }: CronFieldKind, text: string): number | undefined {
  const named = names?.findIndex((name) => name.toLowerCase() === text.toLowerCase()) ?? -1;
  if (named >= 0) return named + lowest;
  const value = Number(text);
  return /^\d{1,2}$/.test(text) && value >= lowest && value <= highest ? value : undefined;
}
