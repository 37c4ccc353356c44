import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack with a firewall that locks everybody out: sshd answers on 22, and not on 2222. */
const app = new App();
new ProductionStack(app, "prod", { host: { firewall: { sshPorts: [2222] } } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
