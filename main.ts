import { App } from "cdktf";
import { BootstrapStack } from "./constructs/bootstrap/bootstrap-stack";
import type { EmaintenanceSettings } from "./constructs/system/emaintenance";
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
/** Services that the team adds, in production and in development alike: docs/services.md. */
const services: EmaintenanceSettings["services"] = {};
new BootstrapStack(app, "bootstrap");
new ProductionStack(app, "prod", { services });
const development: DevelopmentSettings = {};
const machine = ensureLocalSettings(process.cwd(), development);
new LocalStack(app, "local", { services, development, machine });
keepPrivate(process.cwd(), app.outdir, ["bootstrap", "prod", "local"]);
app.synth();
