import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the recorded builds build, by the name of the folder. `mount` needs BuildKit. */
const DOCKERFILES: Readonly<Record<string, readonly string[]>> = {
  plain: ["COPY file /file"],
  trig: ["COPY file /file"],
  lab: ["LABEL of=lab"],
  args: ["ARG X", "LABEL x=$X"],
  mount: ["RUN --mount=type=cache,target=/cache true"],
  fails: ["RUN echo a line of output && exit 3"],
};

/** Writes the folders that the recorded builds and errors name. @param image from which all start */
export function writeContexts(root: string, image: string): void {
  for (const [name, lines] of Object.entries(DOCKERFILES)) {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "Dockerfile"), [`FROM ${image}`, ...lines, ""].join("\n"));
    writeFileSync(join(folder, "file"), name);
  }
}
