import type { Construct } from "constructs";
import { ApiService, type ApiServiceProps } from "./api-service";

/** Work orders, assignment rules and notifications. */
export class WorkOrderService extends ApiService {
  /** Port inside the network (the seed, 6.2). */
  static readonly DEFAULT_PORT = 3002;

  constructor(
    scope: Construct,
    id: string,
    props: Omit<ApiServiceProps, "service" | "port"> & { readonly port?: number },
  ) {
    super(scope, id, {
      ...props,
      service: "work-order-service",
      port: props.port ?? WorkOrderService.DEFAULT_PORT,
    });
  }
}
