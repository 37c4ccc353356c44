/**
 * The name of the rehearsal that the end-to-end tests share. One that EMAINTENANCE_E2E_KEEP names stays after them, and is used
 * again by the next run: for the author of such a test.
 */
export function testRehearsal(): { readonly name: string; readonly kept: boolean } {
  const kept = process.env.EMAINTENANCE_E2E_KEEP ?? "";
  return kept === "" ? { name: `e2e-${process.pid}`, kept: false } : { name: kept, kept: true };
}
