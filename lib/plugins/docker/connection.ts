import { Agent } from "node:http";
import type { EngineHost, SshHost } from "./host";
import { SshStream } from "./ssh-stream";

/**
 * Connections at the same time. Terraform works on ten objects at once; sshd refuses the eleventh session of one shared
 * connection (MaxSessions) and drops some of more than ten logins at once (MaxStartups), and provisioners log in as well.
 */
const MAX_CONNECTIONS = 6;

/** Connections to the engine, kept open between requests. */
export function connectionsTo(host: EngineHost, sshOptions: readonly string[]): Agent {
  if (host.kind === "ssh") return new SshAgent(host, sshOptions);
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
}

class SshAgent extends Agent {
  constructor(
    private readonly host: SshHost,
    private readonly sshOptions: readonly string[],
  ) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: MAX_CONNECTIONS });
  }

  override createConnection(): SshStream {
    return new SshStream(this.host, this.sshOptions);
  }

  // The parent class sets TCP's keep-alive here, which a pair of pipes does not have.
  override keepSocketAlive(): boolean {
    return true;
  }

  override reuseSocket(): void {
    // The same: nothing to set on a pair of pipes.
  }
}
