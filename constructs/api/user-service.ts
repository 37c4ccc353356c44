import type { Construct } from "constructs";
import { ApiService, type ApiServiceProps } from "./api-service";

/** Logins, users and their rights. */
export class UserService extends ApiService {
  /** Port inside the network (the seed, 6.2). */
  static readonly DEFAULT_PORT = 3001;

  constructor(
    scope: Construct,
    id: string,
    props: Omit<ApiServiceProps, "service" | "port"> & { readonly port?: number },
  ) {
    super(scope, id, { ...props, service: "user-service", port: props.port ?? UserService.DEFAULT_PORT });
  }
}
