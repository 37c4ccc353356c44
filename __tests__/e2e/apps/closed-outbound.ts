import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack whose containers reach nothing outside but the destinations that the test names. */
const app = new App();
new ProductionStack(app, "prod", { host: { firewall: { outbound: { only: process.argv.slice(2) } } } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
