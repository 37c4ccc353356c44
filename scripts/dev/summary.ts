import type { Options } from "./options";
import type { System } from "./system";

const INSPECTOR_PORT = 9229;

export interface SummaryProps {
  readonly began: Date;
  readonly options: Pick<Options, "name">;
  /** Files with the environment of services that run on the machine, by service. */
  readonly environments: ReadonlyMap<string, string>;
}

/** What runs and where, for a person. */
export function describeSystem(system: System, { began, options, environments }: SummaryProps): string {
  const seconds = Math.round((Date.now() - began.getTime()) / 1000);
  const [gateway] = system.published.get("nginx")?.values() ?? [];
  const rows = [...system.published].flatMap(([service, ports]) => {
    const inspector = ports.get(INSPECTOR_PORT);
    const [, port] = [...ports].find(([internal]) => internal !== INSPECTOR_PORT) ?? [];
    if (port === undefined) return [];
    return [
      `  ${service.padEnd(20)} 127.0.0.1:${port}${inspector ? `   debugger 127.0.0.1:${inspector}` : ""}`,
    ];
  });
  const yours = [...environments].flatMap(([service, file]) => [
    `${service} is yours: start it on this machine, listening on all addresses, with the environment in ${file}:`,
    `  set -a; . ${file}; set +a; npm run dev`,
  ]);
  const suffix = options.name === undefined ? "" : ` -- --name ${options.name}`;
  const where = `http://localhost:${gateway}`;
  return [
    gateway === undefined
      ? `ready after ${seconds} s`
      : system.onHost.has("web")
        ? `ready after ${seconds} s; ${where} answers when your web does`
        : `${where} answers after ${seconds} s`,
    ...rows,
    ...yours,
    `stop: npm run dev:stop${suffix}   empty the data: npm run dev:reset${suffix}`,
  ].join("\n");
}
