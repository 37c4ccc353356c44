import type { Part, Stage } from "./parts";
import { type PartResult, runPart } from "./run-part";

/**
 * Runs stage after stage, the lanes of each at once. A part that fails keeps none of the others from running.
 *
 * @param say gets every line; those of lanes that run at the same time begin with the name of their part
 */
export async function runStages(
  stages: readonly Stage[],
  root: string,
  say: (line: string) => void,
): Promise<PartResult[]> {
  const results: PartResult[] = [];
  for (const stage of stages) {
    const prefix = ({ name }: Part) => (stage.length > 1 ? `${name.padEnd(7)}| ` : "");
    const runLane = async (lane: readonly Part[]) => {
      for (const part of lane) {
        say(`\n== ${part.name}`);
        const result = await runPart(part, root, (line) => say(`${prefix(part)}${line}`));
        results.push(result);
        say(`== ${part.name}: ${result.succeeded ? "ok" : "FAILED"} after ${Math.round(result.seconds)} s`);
      }
    };
    await Promise.all(stage.map(runLane));
  }
  return results;
}
