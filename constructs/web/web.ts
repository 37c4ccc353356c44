import type { Construct } from "constructs";
import { OwnService, type OwnServiceProps } from "../api/own-service";
import { Tmpfs } from "../container/tmpfs";
import { ServiceCatalogue } from "../services/service-catalogue";
import { DEFAULT_SERVICE_UID, userOf } from "../values/service-uid";

export interface WebProps extends OwnServiceProps {
  /** Origin of the system as browsers see it. The image has it baked in; the server's own code gets it from here. */
  readonly publicUrl: string;
}

/** The Next.js front end. Its health path is usually /api/health: /health belongs to the gateway. */
export class Web extends OwnService {
  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id, props, {
      declaration: ServiceCatalogue.builtIn.get("web"),
      containerId: "web",
      healthPath: "/api/health",
      tmpfs: [
        Tmpfs.at("/tmp", { sizeMiB: 64 }),
        // Next.js keeps rendered pages and scaled pictures here.
        Tmpfs.at("/app/.next/cache", { sizeMiB: 128, owner: userOf(props.uid ?? DEFAULT_SERVICE_UID) }),
      ],
    });
    // Next.js's own server binds to this name; the container's host name would be one address only.
    this.setEnvironment("HOSTNAME", "0.0.0.0");
    this.setEnvironment("NEXT_PUBLIC_API_URL", props.publicUrl);
    this.setEnvironment("NEXT_TELEMETRY_DISABLED", "1");
  }
}
