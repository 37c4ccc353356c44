import { App } from "cdktf";
import { BootstrapStack } from "./constructs/bootstrap-stack";
import { LocalStack } from "./constructs/local-stack";
import { keepPrivate } from "./constructs/private-files";
import { ProductionStack } from "./constructs/production-stack";

/**
 * One stack per environment. What a team wants different from the deployment document, it says here, as props;
 * what differs from one deployment to the next (address, secrets, release) are Terraform variables.
 */
const app = new App();
new BootstrapStack(app, "bootstrap");
new ProductionStack(app, "prod");
new LocalStack(app, "local");
keepPrivate(process.cwd(), app.outdir, ["bootstrap", "prod", "local"]);
app.synth();
