import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { selfSignedCertificate } from "./certificate";
import { messageOf } from "./errors";
import { log } from "./log";
import { ProviderService } from "./provider-service";
import type { Provider } from "./resource";
import { addServices, CallCount } from "./services";

/** Terraform and its plugins agree on this, so that a plugin notices when a person starts it. */
const MAGIC_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const CORE_PROTOCOL = 1;
const PLUGIN_PROTOCOL = 5;
const PARENT_CHECK_MILLISECONDS = 1000;
/** How long calls in flight may take to end once Terraform asked for the end. */
const SHUTDOWN_MILLISECONDS = 1500;

/** Runs the plugin until Terraform ends it, or ends itself. */
export async function serve(provider: Provider): Promise<void> {
  if (process.env.TF_PLUGIN_MAGIC_COOKIE !== MAGIC_COOKIE) {
    process.stderr.write("This program is a Terraform plugin: Terraform starts it, and nobody else does.\n");
    process.exitCode = 1;
    return;
  }
  const printHandshake = process.stdout.write.bind(process.stdout);
  keepStdoutForHandshake();
  const folder = mkdtempSync(join(tmpdir(), "terraform-plugin-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const calls = new CallCount();
  surviveAccidents(calls);
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  addServices(server, new ProviderService(provider), calls, () => shutDown(server));
  const { credentials, certificate } = transportSecurity(process.env.PLUGIN_CLIENT_CERT);
  const socket = join(folder, "socket");
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, credentials, (error) => (error ? reject(error) : resolve()));
  });
  printHandshake(`${[CORE_PROTOCOL, PLUGIN_PROTOCOL, "unix", socket, "grpc", certificate].join("|")}\n`);
}

/** Terraform reads one line from stdout; anything else that a library prints there would break the handshake. */
function keepStdoutForHandshake(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
  // Terraform may be gone already: then nobody reads, and that is no reason to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** An exit in the middle of a call would orphan what the call made: nothing ends the plugin but the end of the work. */
function surviveAccidents(calls: CallCount): void {
  process.on("uncaughtException", (error) => log("error", `uncaught: ${error.stack ?? error.message}`));
  process.on("unhandledRejection", (reason) => log("error", `unhandled rejection: ${messageOf(reason)}`));
  // Ctrl-C reaches the whole process group; Terraform tells its plugins by a call what to do.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void calls.whenIdle().then(() => process.exit(0)));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MILLISECONDS).unref();
}

function shutDown(server: Server): void {
  server.tryShutdown(() => process.exit(0));
  // Terraform kills a plugin that takes longer than two seconds; its streams alone would keep the server up.
  setTimeout(() => process.exit(0), SHUTDOWN_MILLISECONDS).unref();
}

/** Mutual TLS: only the Terraform that started the plugin can talk to it. */
function transportSecurity(clientCertificate: string | undefined): {
  credentials: ServerCredentials;
  certificate: string;
} {
  if (!clientCertificate) return { credentials: ServerCredentials.createInsecure(), certificate: "" };
  const own = selfSignedCertificate();
  const pair = { private_key: Buffer.from(own.privateKey), cert_chain: Buffer.from(own.pem) };
  return {
    credentials: ServerCredentials.createSsl(Buffer.from(clientCertificate), [pair], true),
    certificate: own.der.toString("base64").replace(/=+$/, ""),
  };
}
