import { App } from "cdktf";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";

/** The production stack with one service that is built on the host, from a folder and on a base that the test names. */
const [context = "", base] = process.argv.slice(2);
const source = { context, base, include: ["scripts"], build: "node scripts/build.mjs", bundled: true };
const app = new App();
new ProductionStack(app, "prod", { images: { "asset-service": source } });
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
