import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import type { ApplicationVariables } from "../configuration/application-variables";
import { TierContainer } from "../container/tier-container";
import type { Emaintenance } from "../emaintenance";
import { processLimits } from "../container/process-limits";
import type { HostConnection } from "../host/host-connection";
import type { HostLayout } from "../host/host-layout";
import { HostScript } from "../host/host-script";
import { describeSystem } from "../host/system-description";
import { SERVICE_NAMES } from "../naming";
import { template } from "../templates";
import { validateProps } from "../values/validate";
import { defaultChecks } from "./default-checks";
import { VerifyVariables } from "./verify-variables";

const text = (example: string) => z.string().min(1, `expected a text such as ${example}`);

/** What an answer must be like. */
const expectation = z.strictObject({
  /** One status, or any of several. @default 200 */
  status: z.union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)]).optional(),
  /** Values by their path in the answer, for example `{ "workOrder.status": "assigned" }`. */
  json: z.record(z.string(), z.unknown()).optional(),
  /** Regular expressions by header; case does not matter. */
  headers: z.record(z.string(), z.string()).optional(),
  /** A text that the answer must contain. */
  contains: z.string().optional(),
  /** Milliseconds within which the whole answer must be there. */
  withinMilliseconds: z.int().min(1).optional(),
});

/** One request, and what its answer must be like. `{{name}}` stands for a value that was captured. */
const step = z.strictObject({
  /** Method and path. */
  request: z
    .string()
    .regex(
      /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*$/,
      'expected a method and a path, such as "GET /api/users"',
    ),
  headers: z.record(z.string(), z.string()).optional(),
  /** A body, sent as JSON. */
  json: z.unknown().optional(),
  /** A body, sent as a form: texts, and files of random bytes. */
  form: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.strictObject({ fileName: text("report.bin"), bytes: z.int().min(1).max(50_000_000) }),
      ]),
    )
    .optional(),
  expect: expectation.optional(),
  /** Values of the answer that later steps and checks find as `{{name}}`, by their path, for example `{ token: "token" }`. */
  capture: z.record(z.string().regex(/^\w+$/, "expected letters, digits and _"), text("user.id")).optional(),
  /** How many times it is asked; each must hold. @default 1 */
  repeat: z.int().min(1).max(1000).optional(),
  /** Seconds within which it may fail and is tried again. @default 0 */
  retrySeconds: z.int().min(0).max(120).optional(),
});

/** One thing that must work after a deploy. */
const check = z.strictObject({
  name: text("work order"),
  /**
   * A service that is asked on its own, in each of its containers: on the host only. @default the system as everybody sees
   * it, through the gateway
   */
  at: z.enum(SERVICE_NAMES, `expected one of ${SERVICE_NAMES.join(", ")}`).optional(),
  /** In this order; the first that does not hold fails the check. */
  steps: z.array(step).min(1, "expected at least one step"),
  /** What takes away again what the steps have made; asked after all checks, also when one has failed. @default nothing */
  cleanUp: z.array(step).optional(),
});

const checksSchema = z
  .array(check)
  .refine(
    (all) => new Set(all.map(({ name }) => name)).size === all.length,
    "expected a name of its own for each check",
  );

/**
 * A check as a team writes it. `{{username}}` and `{{password}}` are the login of the variables VERIFY_USERNAME and
 * VERIFY_PASSWORD, `{{run}}` is a word that is new each time; a check that needs a value which is not there is skipped.
 */
export type VerifyCheck = z.input<typeof check>;

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
 * Asks the deployed system, at the end of a deploy and whenever somebody types `emaintenance verify`, whether it does what
 * its users need (the deployment document, 10.1). Runs again when a container, the gateway or a check is another.
 */
export class Verification extends Construct {
  /** It exists once no check has failed. */
  readonly resource: Resource;

  /** @throws ConfigurationError when a check is none */
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
    const checks = validateProps(this, checksSchema, props.checks ?? defaultChecks(own));
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
