import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { DefaultTokenResolver, StringConcat, TerraformStack, Testing, Tokenization } from "cdktf";
import { ApplicationVariables } from "../../constructs/configuration/application-variables";
import { DataVolume } from "../../constructs/data/data-volume";
import { HostLayout } from "../../constructs/ssh/host-layout";
import { HostConnection } from "../../constructs/ssh/host-connection";
import { EmaintenanceNetwork } from "../../constructs/network/emaintenance-network";
import { Deployment } from "../../constructs/rollout/deployment";
import { ImageCatalog } from "../../constructs/images/image-catalog";
import type { ServiceImage } from "../../constructs/images/service-image";
import { synthesise, type StackJson } from "./stack-json";
import { temporaryFolder } from "./temporary-folder";

/** An app whose output goes to a folder of its own. */
export const testApp = () => Testing.app({ outdir: temporaryFolder() });

/** A stack for one construct, with what the constructs of all tiers need around them. */
export class TestStack extends TerraformStack {
  readonly network = new EmaintenanceNetwork(this, "network");
  readonly volume = new DataVolume(this, "data", { name: "test-data" });
  readonly layout = new HostLayout();
  private readonly images = new ImageCatalog(this, "images");
  private knownVariables?: ApplicationVariables;
  private knownConnection?: HostConnection;
  private knownDeployment?: Deployment;

  constructor() {
    super(testApp(), "test");
    new DockerProvider(this, "docker");
    new NullProvider(this, "null");
  }

  image(service: string): ServiceImage {
    return this.images.of(service);
  }

  get variables(): ApplicationVariables {
    return (this.knownVariables ??= new ApplicationVariables(this, "variables"));
  }

  get connection(): HostConnection {
    return (this.knownConnection ??= new HostConnection(this, "host"));
  }

  get deployment(): Deployment {
    const { connection } = this;
    return (this.knownDeployment ??= new Deployment(this, "deployment", {
      connection,
      layout: new HostLayout(),
      preflight: new Resource(this, "checks"),
      gatewayConfiguration: () => "events {}",
      after: [],
    }));
  }

  /** A value as it will be in the synthesised stack. */
  resolved(value: unknown): unknown {
    return Tokenization.resolve(value, {
      scope: this,
      resolver: new DefaultTokenResolver(new StringConcat()),
      preparing: false,
    });
  }

  synthesise(): StackJson {
    return synthesise(this);
  }
}
