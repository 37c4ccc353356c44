import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Eta } from "eta";

/** Everything that lands on the host or in a container lies here, as it looks there. */
const FOLDER = join(__dirname, "..", "templates");

const options = { views: FOLDER, autoEscape: false, autoTrim: false, useWith: false } as const;

const eta = new Eta(options);

/** In a script a placeholder is a comment: shellcheck and bash can read the script as it lies in the folder. */
const assembly = new Eta({ ...options, tags: ["# <%", "%>"] });

/**
 * The text of a template without placeholders. A script holds what it shares with others by a line
 * `# <%~ include("shared/as-root.sh") %>`, which is replaced by the other file.
 */
export function template(path: string): string {
  return assembly.renderString(source(path), {});
}

/** Names of the templates in a folder, sorted. */
export function templateNames(folder: string): string[] {
  return readdirSync(join(FOLDER, folder)).sort();
}

/**
 * A template with its placeholders filled in. Pure: the same values give the same text. It may be put together of others:
 * `<%~ include("host/preflight/report.sh") %>`.
 *
 * @param values reachable in the template as `it`
 */
export function renderTemplate(path: string, values: object): string {
  return eta.renderString(source(path), values);
}

function source(path: string): string {
  return readFileSync(join(FOLDER, path), "utf8");
}
