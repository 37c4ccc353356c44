import { unknownService } from "../errors";
import { Route, Upstream } from "./route";
import { ServiceCatalogue } from "../services/service-catalogue";

/** What a route can lead to. */
export interface RoutedService {
  /** Name under which the gateway finds it on the network. */
  readonly service: string;
  readonly port: number;
}

/** Services by path prefix, as a team writes them, for example `{ "/api/users": "user-service" }`. */
export type RouteTable = Readonly<Record<string, string>>;

/** The routes of the deployment document (6.1), without the web application's `/`. */
export const DEFAULT_ROUTES: RouteTable = ServiceCatalogue.builtIn.routes;

/**
 * Resolves a table of names to the services that carry them.
 *
 * @throws ConfigurationError when a route names a service that is not among them
 */
export function routesTo(table: RouteTable, services: readonly RoutedService[]): Route[] {
  return Object.entries(table).map(([path, name]) => {
    const target = services.find(({ service }) => service === name);
    if (target === undefined) {
      throw unknownService(
        path,
        name,
        services.map(({ service }) => service),
      );
    }
    return Route.prefix(path, Upstream.of(target.service, target.port));
  });
}
