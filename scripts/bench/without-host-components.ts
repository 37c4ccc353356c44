import { App } from "cdktf";
import { keepPrivate } from "../../constructs/private-files";
import { ProductionStack } from "../../constructs/production/production-stack";

/** The production stack with its containers only, for comparison. */
const app = new App();
const host = {
  firewall: false,
  logRotation: false,
  imageCleanUp: false,
  watchdog: false,
  backup: false,
  operatorCommand: false,
} as const;
new ProductionStack(app, "prod", { host });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
