import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack with another health check, as a team might change it. */
const app = new App();
new ProductionStack(app, "prod", { assetService: { healthCheck: { retries: 5 } } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
