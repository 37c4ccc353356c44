/** Colours of a terminal that can be told apart on light and on dark. */
const COLOURS = [36, 33, 32, 35, 34, 31, 96, 93, 92, 95];
const FAINT = 2;
const LEVEL_COLOURS: Readonly<Record<string, number>> = { error: 31, warn: 33 };

/** What a line of a service's log looks like to a developer. */
export interface LineStyle {
  readonly colours: boolean;
  /** Leave JSON as it is. */
  readonly raw: boolean;
  /** Characters for the name before each line. */
  readonly width: number;
}

/** `user-service | info listening on port 3001 startMilliseconds=71` */
export function formatLine(service: string, index: number, line: string, style: LineStyle): string {
  const paint = (text: string, colour: number | undefined) =>
    style.colours && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const prefix = paint(`${service.padEnd(style.width)} |`, COLOURS[index % COLOURS.length]);
  const entry = style.raw ? undefined : logEntry(line);
  if (entry === undefined) return `${prefix} ${line}`;
  const { level, message, rest } = entry;
  const words = [paint(level, LEVEL_COLOURS[level]), message, paint(rest, FAINT)];
  return `${prefix} ${words.filter(Boolean).join(" ")}`;
}

/**
 * Whether a line only says that a service was asked for its health and is well. Docker and the services ask all the time.
 */
export function isHealthCheck(line: string): boolean {
  return /"message":"GET (\/api)?\/health"/.test(line) && /"status":200\b/.test(line);
}

/** What every line has, and the prefix or the clock says as well. */
const KNOWN_ANYWAY = new Set(["level", "message", "service", "timestamp"]);

function logEntry(line: string): { level: string; message: string; rest: string } | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (typeof entry.message !== "string") return undefined;
    const rest = Object.entries(entry)
      .filter(([key]) => !KNOWN_ANYWAY.has(key))
      .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    return {
      level: typeof entry.level === "string" ? entry.level : "",
      message: entry.message,
      rest: rest.join(" "),
    };
  } catch {
    return undefined;
  }
}
