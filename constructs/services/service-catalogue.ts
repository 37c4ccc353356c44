import { serviceNeedsCircle } from "../errors";
import { BUILT_IN_SERVICES, type BuiltInServiceName } from "./built-in-services";
import { checkedOwnServices } from "./own-services";
import type { OwnServices, ServiceDeclaration } from "./service-declaration";

/**
 * All services of one system, declared once: those of the deployment document, and those that the team adds. Images,
 * folders, logs, routes, the watchdog's order, development and checks derive from it. See docs/services.md.
 */
export class ServiceCatalogue {
  /** The services of the deployment document alone. */
  static readonly builtIn = new ServiceCatalogue(BUILT_IN_SERVICES);

  /**
   * @param own services of the team, by name. @default none
   * @throws ConfigurationError when a name, a port, a route or a need is impossible or taken
   */
  static with(own: OwnServices = {}): ServiceCatalogue {
    if (Object.keys(own).length === 0) return ServiceCatalogue.builtIn;
    return new ServiceCatalogue([...BUILT_IN_SERVICES, ...checkedOwnServices(own, BUILT_IN_SERVICES)]);
  }

  /** Each after everything that it needs; otherwise in the order in which they are declared. */
  readonly inStartOrder: readonly ServiceDeclaration[];

  private constructor(declared: readonly ServiceDeclaration[]) {
    this.inStartOrder = inStartOrder(withTiers(declared));
  }

  /** Names of all services, in start order. */
  get names(): readonly string[] {
    return this.inStartOrder.map(({ name }) => name);
  }

  /** The services between the data tier and the web. */
  get api(): readonly ServiceDeclaration[] {
    return this.inStartOrder.filter(({ tier }) => tier === "api");
  }

  /** What the team itself develops: the services of the API and the web. */
  get application(): readonly ServiceDeclaration[] {
    return this.inStartOrder.filter(({ image }) => image !== "official");
  }

  /** Services by path prefix, without the web application's `/`. */
  get routes(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.api.flatMap(({ name, routes }) => routes.map((path) => [path, name])));
  }

  /** Folders of uploaded files, under the folder of data. */
  get uploadsFolders(): readonly string[] {
    return this.inStartOrder.flatMap(({ uploadsFolder }) => uploadsFolder ?? []);
  }

  find(name: string): ServiceDeclaration | undefined {
    return this.inStartOrder.find((service) => service.name === name);
  }

  /** A service of the deployment document, which every system has. */
  get(name: BuiltInServiceName): ServiceDeclaration {
    return this.find(name)!;
  }
}

/** Tiers start one after the other: the web after every service of the API, the gateway after the web. */
function withTiers(declared: readonly ServiceDeclaration[]): ServiceDeclaration[] {
  const named = (tier: ServiceDeclaration["tier"]) =>
    declared.filter((service) => service.tier === tier).map(({ name }) => name);
  const before = { data: [], api: [], web: named("api"), gateway: named("web") };
  return declared.map((service) => ({ ...service, needs: [...service.needs, ...before[service.tier]] }));
}

function inStartOrder(declared: readonly ServiceDeclaration[]): ServiceDeclaration[] {
  const placed: ServiceDeclaration[] = [];
  const place = (service: ServiceDeclaration, path: readonly string[]): void => {
    if (placed.includes(service)) return;
    if (path.includes(service.name)) {
      throw serviceNeedsCircle([...path.slice(path.indexOf(service.name)), service.name]);
    }
    declared
      .filter(({ name }) => service.needs.includes(name))
      .forEach((needed) => place(needed, [...path, service.name]));
    placed.push(service);
  };
  // The web and the gateway are declared before what a team adds, and start after it.
  byTier(declared).forEach((service) => place(service, []));
  return placed;
}

/** In the order of the tiers, and of their declaration. */
function byTier(declared: readonly ServiceDeclaration[]): ServiceDeclaration[] {
  const order = ["data", "api", "web", "gateway"];
  return [...declared].sort((a, b) => order.indexOf(a.tier) - order.indexOf(b.tier));
}
