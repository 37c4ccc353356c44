import { ensureHostImage } from "../../rehearsal/host/host";
import { run } from "../../lib/run";

/** Whom the machine lets in. */
export const SFTP_LOGIN = "deploy";

/** The folder that the login may write to. */
export const SFTP_FOLDER = "/copies";

/**
 * Starts a container with sshd and nothing else: where copies go.
 * @param publicKey of the only key that is let in
 * @param options of docker run
 */
export async function startSftpMachine(
  name: string,
  publicKey: string,
  options: readonly string[] = [],
): Promise<void> {
  const home = `/home/${SFTP_LOGIN}/.ssh`;
  const script = [
    `mkdir -p /run/sshd ${home} ${SFTP_FOLDER} && ssh-keygen -A`,
    `echo '${publicKey.trim()}' > ${home}/authorized_keys`,
    `chown -R ${SFTP_LOGIN}: ${home} ${SFTP_FOLDER} && exec /usr/sbin/sshd -D`,
  ].join(" && ");
  const image = await ensureHostImage("bare");
  const start = ["docker", "run", "--detach", "--name", name, ...options, "--entrypoint", "bash"];
  await run([...start, image, "-c", script]);
}
