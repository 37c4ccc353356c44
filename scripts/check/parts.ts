/** One program of the check, with the name by which it can be chosen. */
export interface Part {
  readonly name: string;
  readonly argv: readonly string[];
  /** Whether it is jest, which writes a report of its tests. @default false */
  readonly jest?: boolean;
}

/** Parts that run one after the other, because they share an engine, a host or a file. */
export type Lane = readonly Part[];

/** Lanes that run at the same time. */
export type Stage = readonly Lane[];

const program = (name: string, ...argv: readonly string[]): Part => ({ name, argv });

const jestProject = (name: string, ...options: readonly string[]): Part => ({
  name,
  argv: ["npx", "jest", "--selectProjects", name, "--ci", ...options],
  jest: true,
});

const MACHINE = program("machine", "node", "--import", "tsx", "scripts/prepare-machine.ts");

/**
 * Everything that `npm run check` runs, cheap parts first. The two lanes of the last stage share nothing but the machine:
 * `engine` uses the machine's Docker Engine, `e2e` the one inside its rehearsal host. Each stays serial inside, because
 * Docker Engine 20.10 can hang when several containers are removed at once.
 */
export const CHECK: readonly Stage[] = [
  [
    [program("types", "npm", "run", "--silent", "types"), program("lint", "npm", "run", "--silent", "lint")],
    [MACHINE, program("shell", "npm", "run", "--silent", "shell")],
  ],
  [[jestProject("unit", "--maxWorkers=2")]],
  [[jestProject("engine", "--runInBand")], [jestProject("e2e", "--runInBand")]],
];

/** Everything that `npm run check:faults` runs: what is too long for every commit. */
export const FAULTS: readonly Stage[] = [
  [[MACHINE]],
  [[jestProject("faults-engine", "--runInBand")], [jestProject("faults", "--runInBand")]],
];

/** The parts of these stages whose name holds one of the words; all of them when there are no words. */
export function choose(stages: readonly Stage[], words: readonly string[]): Stage[] {
  const wanted = ({ name }: Part) => words.length === 0 || words.some((word) => name.includes(word));
  return stages
    .map((stage) => stage.map((lane) => lane.filter(wanted)).filter((lane) => lane.length > 0))
    .filter((stage) => stage.length > 0);
}

export const partsOf = (stages: readonly Stage[]): Part[] => stages.flat(2);
