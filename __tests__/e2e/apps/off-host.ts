import { App } from "cdktf";
import { BootstrapStack } from "../../../constructs/bootstrap/bootstrap-stack";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";
import { OTHER_ROOT } from "../support/other-root";

/** Both stacks of a team that keeps offsite copies, and everything in a folder of its own choice. */
const app = new App();
new BootstrapStack(app, "bootstrap", { packages: ["restic"] });
new ProductionStack(app, "prod", { hostRoot: OTHER_ROOT, host: { backup: { offHost: {} } } });
keepPrivate(process.cwd(), app.outdir, ["bootstrap", "prod"]);
app.synth();
