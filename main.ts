import { App } from "cdktf";
import { LocalStack } from "./constructs/local-stack";
import { keepPrivate } from "./constructs/private-files";
import { ProductionStack } from "./constructs/production-stack";

/**
 * One stack per environment. What a team wants different from the deployment document, it says here, as props;
 * what differs from one deployment to the next (address, secrets, release) are Terraform variables.
 */
const app = new App();
new ProductionStack(app, "prod");
new LocalStack(app, "local");
keepPrivate(process.cwd(), app.outdir, ["prod", "local"]);
app.synth();
