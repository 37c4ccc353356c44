import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack with a service that a team adds. */
const services = {
  "report-service": { port: 3004, routes: ["/api/reports"], needs: ["user-service"], uploads: true },
};
const app = new App();
new ProductionStack(app, "prod", { services });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
