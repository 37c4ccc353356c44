import { Naming } from "../../constructs/naming";
import type { ReleaseRecord } from "./records";

/** What a reference resolves to on the host now; undefined if it resolves to nothing. */
export type Resolve = (reference: string) => string | undefined;

/**
 * References under which Terraform finds exactly the images of a release. The reference that the state has already is left
 * alone where it means the same image: another one would make Terraform replace the image, and with it the container, a
 * database's too. Then the recorded reference, while its tag has not moved on; the digest, which can also be pulled again; or
 * the id.
 */
export function pinsOf(
  record: Pick<ReleaseRecord, "images">,
  inState: ReadonlyMap<string, { readonly name: string; readonly id: string }>,
  resolve: Resolve,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record.images).map(([service, { reference, id, digest }]) => {
      const state = inState.get(Naming.terraformId(service));
      if (state?.id === id) return [service, state.name];
      if (resolve(reference) === id) return [service, reference];
      return [service, digest ?? id];
    }),
  );
}
