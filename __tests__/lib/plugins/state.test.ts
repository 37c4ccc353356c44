import { containerResource } from "../../../lib/plugins/docker/container";
import { plan } from "../../../lib/plugins/protocol/plan";
import { stateAfterCreation, stateAfterRefresh } from "../../../lib/plugins/protocol/state";
import type { ObjectValue } from "../../../lib/plugins/protocol/values";

const { schema } = containerResource(() => {
  throw new Error("a state needs no engine");
});
const planned = (config: ObjectValue) =>
  plan(schema, null, { name: "web", image: "sha256:1", ...config }).planned;

describe("the state after a creation", () => {
  const created = (config: ObjectValue, actual: ObjectValue) =>
    stateAfterCreation(schema, planned(config), actual);

  test("holds what was read back, in its spelling", () => {
    expect(created({ cpus: "1" }, { cpus: "1.0" })).toMatchObject({ cpus: "1.0" });
  });

  test("holds sets as they were planned, so that a difference shows in the next plan only", () => {
    const capabilities = [{ add: ["CHOWN"], drop: ["ALL"] }];
    expect(
      created({ capabilities }, { capabilities: [{ add: ["CAP_CHOWN"], drop: ["ALL"] }] }),
    ).toMatchObject({
      capabilities,
    });
  });

  test("holds lists as they were read back", () => {
    const port = (internal: number) => ({ internal, external: internal, ip: "127.0.0.1", protocol: "tcp" });
    expect(created({ ports: [port(81), port(80)] }, { ports: [port(80), port(81)] })).toMatchObject({
      ports: [port(80), port(81)],
    });
  });

  test("holds null if nothing was planned and nothing found", () => {
    expect(created({}, { dns: [], log_opts: {} })).toMatchObject({ dns: null, log_opts: null });
  });

  test("holds what nobody read back as planned, and unknown sets as empty", () => {
    expect(created({ volumes: [] }, { id: "1" })).toMatchObject({
      id: "1",
      name: "web",
      env: [],
      labels: [],
      healthcheck: null,
      hostname: null,
    });
  });
});

describe("the state after a refresh", () => {
  const prior = stateAfterCreation(
    schema,
    planned({ volumes: [{ volume_name: "data", container_path: "/data" }], dns: [] }),
    { id: "1" },
  );

  test("holds what was read back", () => {
    const capabilities = [{ add: ["CAP_CHOWN"], drop: ["ALL"] }];
    expect(stateAfterRefresh(schema, prior, { dns: [], capabilities })).toMatchObject({
      dns: [],
      capabilities,
    });
  });

  test("holds the rest as it was, with zeros in elements of sets, and no blocks for null", () => {
    expect(stateAfterRefresh(schema, prior, {})).toMatchObject({
      name: "web",
      volumes: [{ volume_name: "data", host_path: "", read_only: false }],
      healthcheck: [],
    });
  });
});
