import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import type { ApplicationVariables } from "../configuration/application-variables";
import { TierContainer } from "../container/tier-container";
import type { Emaintenance } from "../system/emaintenance";
import { processLimits } from "../container/process-limits";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";
import { describeSystem } from "../operator/system-description";
import { template } from "../templates";
import { validateProps } from "../values/validate";
import { defaultChecks } from "./default-checks";
import { checksSchema, type VerifyCheck } from "./verify-check";
import { VerifyVariables } from "./verify-variables";

export interface VerificationProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly variables: ApplicationVariables;
  readonly system: Emaintenance;
  /** @default each service's health, the web page, login, a work order, an upload, response times */
  readonly checks?: readonly VerifyCheck[];
  /** Folders of the host: what the checks log in with is laid there meanwhile. @default they are there */
  readonly folders?: readonly ITerraformDependable[];
  /** What must have happened first: the new release serves. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Asks the deployed system, at the end of a deploy and whenever the operator types `emaintenance verify`, whether it does what
 * its users need (the deployment document, 10.1). Runs again when a container, the gateway or a check is another.
 */
export class Verification extends Construct {
  /** It exists once no check has failed. */
  readonly resource: Resource;

  /** @throws ConfigurationError when a check is invalid */
  constructor(scope: Construct, id: string, props: VerificationProps) {
    super(scope, id);
    const { connection, layout, variables, system, after } = props;
    const folder = layout.deploy("verify");
    const { services, labels, gatewayFolder } = describeSystem(system, layout);
    const own = services.flatMap(({ service, probe }) =>
      probe.kind === "http" ? [{ service, port: probe.port, path: probe.path }] : [],
    );
    const entrance = services.find(({ probe }) => probe.kind === "gateway")?.probe;
    const address = entrance?.kind === "gateway" ? entrance : { address: "127.0.0.1", port: 80 };
    const checks = validateProps(
      this,
      checksSchema(system.catalogue.names),
      props.checks ?? defaultChecks(own),
    );
    const document = {
      url: `http://${address.address.includes(":") ? `[${address.address}]` : address.address}:${address.port}`,
      label: labels.service,
      maintenanceFlag: `${gatewayFolder}/maintenance.on`,
      services: own.map(({ service, port }) => ({ service, port })),
      nodeServices: own.map(({ service }) => service),
      checks,
    };

    new VerifyVariables(this, "variables");
    const login = new HostScript(this, "verify-login", {
      connection,
      folder,
      script: template("verify/login.sh"),
      environment: { FOLDER: folder },
      secretFile: {
        folder: `${folder}/.login`,
        name: "login.json",
        content: expression(
          'var.VERIFY_USERNAME == "" ? "{}" : jsonencode({ username = var.VERIFY_USERNAME, password = var.VERIFY_PASSWORD })',
        ),
      },
      triggers: {
        // Four digits of a digest: enough to see a change, useless to guess a password.
        login: expression(
          'substr(nonsensitive(sha256(join("\\n", [var.VERIFY_USERNAME, var.VERIFY_PASSWORD]))), 0, 4)',
        ),
      },
      after: props.folders,
    });
    const containers = system.node.findAll().filter((one) => one instanceof TierContainer);
    this.resource = new HostScript(this, "verify", {
      connection,
      files: {
        [`${folder}/run.sh`]: template("verify/run.sh"),
        [`${folder}/verify.mjs`]: template("verify/verify.mjs"),
        [`${folder}/step.mjs`]: template("verify/step.mjs"),
        [`${folder}/checks.json`]: `${JSON.stringify(document, undefined, 2)}\n`,
      },
      script: template("shared/process-limit.sh") + template("verify/after-deploy.sh"),
      environment: {
        FOLDER: folder,
        LIMITS: processLimits(containers),
        RELEASE: variables.release.stringValue,
        STACK: TerraformStack.of(this).node.id,
      },
      triggers: {
        login: login.resource.id,
        containers: expression(
          `sha256(join(" ", [${containers.map(({ resource }) => `${resource.fqn}.id`).join(", ")}]))`,
        ),
      },
      after,
    }).resource;
  }
}
