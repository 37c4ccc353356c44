import { readFileSync } from "node:fs";
import { join } from "node:path";
import { partsOf } from "../../../rehearsal/host/names";
import { run, waitFor } from "../../../lib/run";
import { SFTP_FOLDER, SFTP_LOGIN, startSftpMachine } from "../../support/sftp-machine";

/** A machine with sshd and nothing else, on the network of a rehearsal: where copies go. */
export class CopiesServer {
  /**
   * @param keyFile path of the private key that is let in; made here
   * @param address on the network of the rehearsal; free there
   */
  static async start(rehearsal: string, keyFile: string, address: string): Promise<CopiesServer> {
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
    const server = new CopiesServer(`${partsOf(rehearsal).container}-copies`, rehearsal, address);
    const network = ["--network", partsOf(rehearsal).network, "--ip", address];
    await startSftpMachine(server.container, readFileSync(`${keyFile}.pub`, "utf8"), network);
    return server;
  }

  private constructor(
    private readonly container: string,
    private readonly rehearsal: string,
    private readonly address: string,
  ) {}

  /** The values with which a deployment keeps its copies here. */
  async variables(folder: string, keyFile: string): Promise<Record<string, string>> {
    const hostKeys = await this.hostKeys();
    return {
      OFF_HOST_REPOSITORY: `sftp:${SFTP_LOGIN}@${this.address}:${SFTP_FOLDER}/emaintenance`,
      OFF_HOST_PASSWORD: "only-for-a-rehearsal-31",
      OFF_HOST_SSH_KEY_FILE: join(folder, keyFile),
      OFF_HOST_SSH_HOST_KEYS: hostKeys,
    };
  }

  /** Leaves the rehearsal's network, so that it can be removed, and enters the one of the same name afterwards. */
  async whileAway(change: () => Promise<unknown>): Promise<void> {
    const { network } = partsOf(this.rehearsal);
    await run(["docker", "network", "disconnect", network, this.container]);
    await change();
    await run(["docker", "network", "connect", "--ip", this.address, network, this.container]);
    await this.hostKeys();
  }

  /** What ssh-keyscan prints, once sshd answers. */
  private hostKeys(): Promise<string> {
    return waitFor("the keys of the copies' server", 60, async () => {
      const { stdout } = await run(["ssh-keyscan", this.address], { allowFailure: true });
      return stdout.includes("ssh-ed25519") && stdout;
    });
  }

  async remove(): Promise<void> {
    await run(["docker", "rm", "--force", "--volumes", this.container], { allowFailure: true });
  }
}
