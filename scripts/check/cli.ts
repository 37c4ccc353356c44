import { join } from "node:path";
import { repository } from "../../lib/paths";
import { type Durations, merge, readDurations, slowest, writeDurations } from "./durations";
import { faultTable } from "./fault-table";
import { CHECK, choose, FAULTS, partsOf, type Stage } from "./parts";
import { countsOf, fileDurations, testDurations } from "./report";
import type { PartResult } from "./run-part";
import { runStages } from "./run-stages";

/** Git ignores it. */
const DURATIONS = join(repository, ".check", "durations.json");

const SLOWEST = 15;

const usage = (command: string, stages: readonly Stage[]) => `npm run ${command} [-- --list | NAME...]

Runs every part, or only those whose name holds one of the given words:
${partsOf(stages)
  .map(({ name }) => `  ${name}`)
  .join("\n")}

  --list  shows the parts, what runs at the same time, and how long each took the last time
`;

async function main(): Promise<number> {
  const faults = process.argv.includes("--faults");
  const words = process.argv.slice(2).filter((word) => word !== "--faults");
  const [stages, command] = faults ? [FAULTS, "check:faults"] : [CHECK, "check"];
  if (words.includes("--help")) {
    process.stdout.write(usage(command, stages));
    return 0;
  }
  const earlier = await readDurations(DURATIONS);
  if (words.includes("--list")) {
    process.stdout.write(`${list(stages, earlier).join("\n")}\n`);
    return 0;
  }
  const chosen = choose(stages, words);
  if (chosen.length === 0) {
    process.stderr.write(`no part is called ${words.join(" or ")}.\n\n${usage(command, stages)}`);
    return 2;
  }

  const began = Date.now();
  const plugins = new Set<string>();
  const results = await runStages(chosen, repository, (line) => {
    process.stdout.write(`${line}\n`);
    const used = pluginsIn(line);
    if (used !== undefined) plugins.add(used);
  });
  const durations = durationsOf(results);
  await writeDurations(DURATIONS, merge(earlier, durations));
  const text = [
    ...section(`the ${SLOWEST} slowest files`, slowest(durations.files, SLOWEST)),
    ...section(`the ${SLOWEST} slowest tests`, slowest(durations.tests, SLOWEST)),
    ...(faults ? section("faults", faultTable(results.flatMap(testsOf))) : []),
    ...section("provider plugins of the rehearsals", [...plugins]),
    ...section("parts", results.map(partLine)),
  ];
  const { passed, failed, skipped } = total(results);
  const end = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  process.stdout.write(`${text.join("\n")}\n\n${end}, ${minutes((Date.now() - began) / 1000)}\n`);
  return failed === 0 ? 0 : 1;
}

/** What a rehearsal's step says of the plugins that it uses. */
const pluginsIn = (line: string) => /✔ Provider plugins: (.+?)(?: \[[\d.]+m?s\])?$/.exec(line)?.[1];

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ["", `== ${title}`, ...lines];

const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;

const partLine = ({ part, succeeded, seconds }: PartResult) =>
  `${succeeded ? "ok    " : "FAILED"}  ${part.name}  (${Math.round(seconds)} s)`;

const testsOf = ({ report }: PartResult) => (report ? testDurations(report, repository) : []);

function durationsOf(results: readonly PartResult[]): Durations {
  const tests = results.flatMap(testsOf);
  return {
    parts: Object.fromEntries(results.map(({ part, seconds }) => [part.name, seconds])),
    files: Object.assign(
      {},
      ...results.map(({ report }) => (report ? fileDurations(report, repository) : {})),
    ) as Record<string, number>,
    tests: Object.fromEntries(tests.map(({ file, test, seconds }) => [`${file} › ${test}`, seconds])),
  };
}

function total(results: readonly PartResult[]) {
  const all = results.map(({ part, report, succeeded }) =>
    part.jest
      ? countsOf(report, succeeded)
      : { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 },
  );
  const sum = (field: "passed" | "failed" | "skipped") =>
    all.reduce((before, counts) => before + counts[field], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** One line a part; parts of one stage that run at the same time are listed together. */
function list(stages: readonly Stage[], { parts }: Durations): string[] {
  return stages.flatMap((stage, index) => [
    `stage ${index + 1}${stage.length > 1 ? `, ${stage.length} lanes at the same time` : ""}`,
    ...stage.flatMap((lane, number) =>
      lane.map(({ name }) => {
        const seconds = parts[name];
        const last = seconds === undefined ? "no duration yet" : `${Math.round(seconds)} s the last time`;
        return `  ${stage.length > 1 ? `lane ${number + 1}  ` : ""}${name.padEnd(8)} ${last}`;
      }),
    ),
  ]);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
