import { rehearse } from "../../rehearsal/client";
import { testRehearsal } from "./support/test-rehearsal";

/** Removes the tests' rehearsal; the images stay, for the next run. */
export default async function teardown(): Promise<void> {
  const { name, kept } = testRehearsal();
  if (!kept) await rehearse(["down", "--name", name, "--keep-images"], { timeoutSeconds: 300 });
}
