import type { Construct } from "constructs";
import { ApiService, type ApiServiceProps } from "./api-service";

/** Machines and other things that need maintenance. */
export class AssetService extends ApiService {
  /** Port inside the network (the seed, 6.2). */
  static readonly DEFAULT_PORT = 3003;

  constructor(
    scope: Construct,
    id: string,
    props: Omit<ApiServiceProps, "service" | "port"> & { readonly port?: number },
  ) {
    super(scope, id, { ...props, service: "asset-service", port: props.port ?? AssetService.DEFAULT_PORT });
  }
}
