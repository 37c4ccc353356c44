import { rehearse } from "../../rehearsal/client";
import { REHEARSAL_VARIABLE } from "./support/rehearsal";
import { testRehearsal } from "./support/test-rehearsal";

/** Makes a rehearsal of the tests' own, in addition to any other, and deploys the production stack there. */
export default async function setup(): Promise<void> {
  const { name } = testRehearsal();
  await rehearse(["up", "--name", name], {
    timeoutSeconds: 1800,
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
  const { stdout } = await rehearse(["status", "--name", name, "--json"]);
  process.env[REHEARSAL_VARIABLE] = stdout.trim();
}
