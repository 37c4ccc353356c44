import { rehearse } from "../../rehearsal/client";

/** Removes the tests' rehearsal; the images stay, for the next run. */
export default async function teardown(): Promise<void> {
  const name = process.env.EMAINTENANCE_E2E_NAME;
  if (name !== undefined) await rehearse(["down", "--name", name, "--keep-images"], { timeoutSeconds: 300 });
}
