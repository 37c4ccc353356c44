import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { SERVICE_NAMES } from "../naming";
import { ImageCatalog, type ImageCatalogProps } from "../release/image-catalog";
import { template } from "../templates";
import type { HostConnection } from "./host-connection";
import { HostScript } from "./host-script";

/** Docker API that has the start interval of health checks. Source: Docker Engine API history, v1.44 (Engine 25). */
const LEAST_DOCKER_API = "1.44";

export interface PreflightProps {
  readonly connection: HostConnection;
  /** As for the ImageCatalog. @default its defaults */
  readonly references?: ImageCatalogProps["references"];
}

/** Looks whether the host can take the deployment; everything else waits for it. */
export class Preflight extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: PreflightProps) {
    super(scope, id);
    const images = SERVICE_NAMES.map((service) => {
      const reference = props.references?.[service] ?? ImageCatalog.defaultReference(service);
      return `lookup(var.IMAGES, "${service}", "${reference}")`;
    });
    this.resource = new HostScript(this, "preflight", {
      connection: props.connection,
      script: template("host/preflight.sh"),
      environment: {
        LEAST_API: LEAST_DOCKER_API,
        IMAGES: expression(`join(" ", distinct([${images.join(", ")}]))`),
      },
    }).resource;
  }
}
