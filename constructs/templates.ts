import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Eta } from "eta";

/** Everything that lands on the host or in a container lies here, as it looks there. */
const FOLDER = join(__dirname, "..", "templates");

const eta = new Eta({ views: FOLDER, autoEscape: false, autoTrim: false, useWith: false });

/** The text of a template without placeholders. */
export function template(path: string): string {
  return readFileSync(join(FOLDER, path), "utf8");
}

/**
 * A template with its placeholders filled in. Pure: the same values give the same text. It may be put together of others:
 * `<%~ include("host/preflight/report.sh") %>`.
 *
 * @param values reachable in the template as `it`
 */
export function renderTemplate(path: string, values: object): string {
  return eta.renderString(template(path), values);
}
