import { randomBytes } from "node:crypto";
import type { Provider } from "../protocol/resource";

/** hashicorp/null 3.2.4: an object that exists in the state only, for its triggers and its provisioners. */
export const nullProvider: Provider = {
  name: "null",
  schema: { attributes: {} },
  resources: {
    null_resource: {
      version: 0,
      schema: {
        attributes: {
          id: { type: "string", computed: true },
          triggers: { type: ["map", "string"], optional: true, force_new: true },
        },
      },
      // The real plugin's ids are random 64-bit numbers too.
      create: () => Promise.resolve({ id: randomBytes(8).readBigUInt64BE().toString() }),
      read: (state) => Promise.resolve(state.value),
      destroy: () => Promise.resolve(),
    },
  },
};
