import { CronExpressionParser } from "cron-parser";

/** One of the five fields of a crontab line. */
export interface CronFieldKind {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** How many different values there are. */
  readonly count: number;
}

/** Source: crontab(5). 7 is Sunday too. */
export const CRON_FIELDS = {
  minute: { name: "minute", lowest: 0, highest: 59, count: 60 },
  hour: { name: "hour", lowest: 0, highest: 23, count: 24 },
  dayOfMonth: { name: "day of the month", lowest: 1, highest: 31, count: 31 },
  month: { name: "month", lowest: 1, highest: 12, count: 12 },
  dayOfWeek: { name: "day of the week", lowest: 0, highest: 7, count: 7 },
} as const satisfies Record<string, CronFieldKind>;

type FieldName = keyof typeof CRON_FIELDS;

/** What crontab(5) knows: cron-parser takes `L`, `?`, `#`, `H`, `W` and names of fields too. */
const PART = /^(?:\*|(\d{1,2}|[a-z]{3})(-(?:\d{1,2}|[a-z]{3}))?)(?:\/(\d+))?$/i;

/** What one field allows. */
export class CronField {
  /** @returns a sentence about what is wrong, when something is */
  static parse(name: FieldName, text: string): CronField | string {
    const kind = CRON_FIELDS[name];
    const values = new Set<number>();
    for (const part of text.split(",")) {
      const found = valuesOf(name, part);
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
    return this.values.length === this.kind.count;
  }

  /** The same in a spelling that cronstrue has good words for: a step that differs over the end is the list of its values. */
  get plain(): string {
    if (this.isEvery) return "*";
    const step = /^\*\/(\d+)$/.exec(this.text)?.[1];
    const uneven = step !== undefined && this.kind.count % Number(step) !== 0;
    const isList = uneven || this.text.includes(",") || this.values.length === 1;
    return isList ? this.values.join(",") : this.text.replace(/\b0+(?=\d)/g, "");
  }
}

/** The values that one part between commas allows, or a sentence about what is wrong with it. */
function valuesOf(field: FieldName, part: string): number[] | string {
  const { name, lowest, highest } = CRON_FIELDS[field];
  const wrong = (problem: string) => `${name} "${part}": ${problem}`;
  const range = `expected ${lowest} to ${highest}, a range such as ${lowest}-${highest}, a step such as */2, or *`;
  const match = PART.exec(part);
  if (!match) return wrong(range);
  const [, first, last, step] = match;
  if (step !== undefined && first !== undefined && last === undefined) {
    return wrong(`a step needs a range, such as ${first}-${highest}/${step}`);
  }
  // cron-parser takes a step that is longer than the field.
  if (step !== undefined && (Number(step) < 1 || Number(step) > highest)) {
    return wrong(`expected a step from 1 to ${highest}`);
  }
  try {
    const line = Object.keys(CRON_FIELDS).map((other) => (other === field ? part : "*"));
    const { values } = CronExpressionParser.parse(line.join(" ")).fields[field];
    return values.map((value) => (field === "dayOfWeek" ? Number(value) % 7 : Number(value)));
  } catch (error) {
    const backwards = /^Invalid range: .*max\(/.test((error as Error).message);
    return wrong(backwards ? "the range ends before it begins" : range);
  }
}
