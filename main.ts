import { App } from "cdktf";
import { BootstrapStack } from "./constructs/bootstrap/bootstrap-stack";
import { LocalStack } from "./constructs/local/local-stack";
import type { DevelopmentSettings } from "./constructs/local/development-settings";
import { ensureLocalSettings } from "./constructs/local/local-settings";
import { keepPrivate } from "./constructs/private-files";
import { ProductionStack } from "./constructs/production/production-stack";

/**
 * One stack per environment. What a team wants different from the deployment document, it says here, as props;
 * what differs from one deployment to the next (address, secrets, release) are Terraform variables.
 */
const app = new App();
new BootstrapStack(app, "bootstrap");
new ProductionStack(app, "prod");
const development: DevelopmentSettings = {};
new LocalStack(app, "local", { development, machine: ensureLocalSettings(process.cwd(), development) });
keepPrivate(process.cwd(), app.outdir, ["bootstrap", "prod", "local"]);
app.synth();
