import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production-stack";
import { PublishedPort } from "../../../constructs/values/published-port";

/** The production stack with the web on another port of the host: something to deploy. */
const app = new App();
new ProductionStack(app, "prod", { web: { publish: [PublishedPort.loopback(3100)] } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
