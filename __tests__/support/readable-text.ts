import { createHash } from "node:crypto";

/** Lines of a long text that a reader sees; a digest replaces the rest. */
const SHOWN_LINES = 3;

/** A label and what it says, for example `["memory", "512 MiB"]`. */
export type Line = readonly [label: string, text: string];

/** Lines below a heading, their texts in one column. */
export function block(heading: string, lines: readonly Line[]): string {
  const width = Math.max(0, ...lines.map(([label]) => label.length));
  const texts = lines.map(([label, text]) => `  ${label.padEnd(width)}  ${indented(text, width + 4)}`);
  return [heading, ...texts].join("\n").replace(/ +$/gm, "");
}

/** Blocks below one another, each set off from the one above. */
export function page(blocks: readonly string[]): string {
  return `\n${blocks.join("\n\n")}\n`;
}

/** A long text by its first lines and a digest of the whole, so that every change shows in a line of its own. */
export function abridged(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= SHOWN_LINES) {
    return text;
  }
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return [...lines.slice(0, SHOWN_LINES), `... ${lines.length} lines, sha256 ${digest}`].join("\n");
}

/** Any value in as few characters as it takes. */
export function compact(value: unknown): string {
  return typeof value === "string" ? abridged(value) : JSON.stringify(value);
}

function indented(text: string, columns: number): string {
  return text.split("\n").join(`\n${" ".repeat(columns)}`);
}
