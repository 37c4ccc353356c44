/** A field or a resource, as it is written for Terraform: blocks of which there may be one only are objects. */
export type Written = Readonly<Record<string, unknown>>;

/** What the real Docker provider makes of a field when it reads it back from the engine. */
type Rule = (value: unknown, resource: Written) => unknown;

const same: Rule = (value) => value;

/** Kept in the state as it was written, whatever the host has. */
const neverRead = same;

/** Nine decimals without the zeros at their end; where exactly nine of the digits are zeros, one decimal. */
const cpus: Rule = (value) => {
  const text = Number(value).toFixed(9);
  return text.split("0").length - 1 === 9 ? Number(value).toFixed(1) : text.replace(/0+$/, "");
};

const capabilities: Rule = (value) =>
  blocks(value).map(({ add = [], drop = [] }) => ({ add: prefixed(add), drop: prefixed(drop) }));

const prefixed = (names: unknown) =>
  (names as string[]).map((name) => (name === "ALL" ? name : name.replace(/^(CAP_)?/, "CAP_")));

/** Two addresses of one port come in an order of the engine's own: here the other way round. No address means both families. */
const ports: Rule = (value) => {
  const bindings = blocks(value).flatMap((one) =>
    one.ip === "" ? ["0.0.0.0", "::"].map((ip) => ({ ...one, ip })) : [one],
  );
  const internal = bindings.map((one) => one.internal);
  return new Set(internal).size < internal.length ? bindings.reverse() : bindings;
};

/** Durations in Go's spelling; what is not written is 0. */
const healthcheck: Rule = (value) =>
  blocks(value).map((block) => ({
    ...block,
    ...Object.fromEntries(
      Object.entries(block).flatMap(([name, text]) =>
        /^(interval|timeout|start_period|start_interval)$/.test(name)
          ? [[name, goSpelling(String(text))]]
          : [],
      ),
    ),
  }));

function goSpelling(duration: string): string {
  const unit = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  const total = parts.reduce(
    (sum, [, number, of]) => sum + Number(number) * unit[of as keyof typeof unit],
    0,
  );
  if (total > 0 && total < 1000) return `${total}ms`;
  const [hours, minutes] = [Math.floor(total / unit.h), Math.floor(total / unit.m) % 60];
  const seconds = `${(total % unit.m) / 1000}s`;
  return hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** If it is not written, the engine gives as much swap as memory. */
const memorySwap: Rule = (value, { memory }) =>
  value === undefined && memory !== undefined ? 2 * (memory as number) : value;

/**
 * How the real Docker provider (3.9.0) reads back each field that the stacks write. A field without a rule has no recording:
 * record it first.
 */
export const READ_BACK: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  docker_container: {
    ...{ cpus, capabilities, ports, healthcheck, memory_swap: memorySwap },
    ...{
      command: same,
      entrypoint: same,
      hostname: same,
      image: same,
      init: same,
      log_driver: same,
      log_opts: same,
    },
    ...{
      memory: same,
      name: same,
      network_mode: same,
      networks_advanced: same,
      read_only: same,
      restart: same,
    },
    ...{
      security_opts: same,
      shm_size: same,
      stop_signal: same,
      stop_timeout: same,
      sysctls: same,
      tmpfs: same,
    },
    ...{ user: same, working_dir: same, host: same },
    ...{
      attach: neverRead,
      destroy_grace_seconds: neverRead,
      env: neverRead,
      labels: neverRead,
      logs: neverRead,
    },
    ...{
      must_run: neverRead,
      start: neverRead,
      volumes: neverRead,
      wait: neverRead,
      wait_timeout: neverRead,
    },
  },
  docker_network: { name: same, driver: same, internal: same },
  docker_volume: { name: same, driver: same, driver_opts: same },
  docker_image: { name: same, keep_locally: neverRead, build: neverRead, dynamic: neverRead },
};

/** Fields that are for Terraform, and not for the provider. */
const OF_TERRAFORM = ["//", "connection", "depends_on", "lifecycle", "provider", "provisioner"];

/** A field that would show as a difference after each deployment. */
export interface Drift {
  readonly field: string;
  readonly written: unknown;
  readonly readBack: unknown;
}

/**
 * The fields of a resource that the provider reads back otherwise than they are written.
 *
 * @throws Error when there is no rule for a field
 */
export function driftOf(type: string, resource: Written): Drift[] {
  const rules = READ_BACK[type] ?? {};
  const unknown = Object.keys(resource).filter((field) => !(field in rules) && !OF_TERRAFORM.includes(field));
  if (unknown.length > 0) throw new Error(`no rule says how ${type} reads back ${unknown.join(", ")}`);
  return Object.entries(rules).flatMap(([field, rule]) => {
    const written = resource[field];
    const readBack = written === undefined && rule !== memorySwap ? undefined : rule(written, resource);
    const block = rule === capabilities || rule === ports || rule === healthcheck;
    const same = JSON.stringify(readBack) === JSON.stringify(block ? normal(rule, written) : written);
    return same ? [] : [{ field, written, readBack }];
  });
}

/** A block as its rule gives it back where nothing differs. */
function normal(rule: Rule, written: unknown): unknown {
  if (written === undefined) return undefined;
  return rule === capabilities
    ? blocks(written).map(({ add = [], drop = [] }) => ({ add, drop }))
    : blocks(written);
}

function blocks(value: unknown): Written[] {
  return (Array.isArray(value) ? value : [value]) as Written[];
}
