import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack on a host whose firewall is not this project's. */
const app = new App();
new ProductionStack(app, "prod", { host: { firewall: false } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
