import { HostConnection } from "../../constructs/ssh/host-connection";
import { TestStack } from "../support/test-stack";

/** The value of an ssh option in the provider's list. */
const option = (options: readonly string[] = [], name: string) =>
  options.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

describe("the way to the host", () => {
  const stack = new TestStack();
  const provisioner = stack.resolved(stack.connection.provisioner);
  const provider = stack.resolved(stack.connection.dockerProvider) as { host: string; sshOpts: string[] };

  test("is one for scripts: login, key file or agent, pinned host keys, perhaps a jump host", () => {
    expect(provisioner).toEqual({
      type: "ssh",
      host: "${var.SERVER_IP}",
      port: "${var.SSH_PORT}",
      user: "${var.SSH_USER}",
      privateKey: '${var.SSH_PRIVATE_KEY_FILE == "" ? "" : file(pathexpand(var.SSH_PRIVATE_KEY_FILE))}',
      agent: '${var.SSH_PRIVATE_KEY_FILE == ""}',
      hostKey: "${local.host_key}",
      bastionHost: "${var.SSH_JUMP_HOST}",
      bastionPort: "${var.SSH_JUMP_PORT}",
      bastionUser: "${local.jump_user}",
      bastionHostKey: "${local.host_key}",
      timeout: "1m",
      scriptPath: ".emaintenance/scripts/%RAND%.sh",
    });
  });

  test("is the same for the Docker provider", () => {
    expect(provider.host).toBe("${local.engine}");
    expect(option(provider.sshOpts, "IdentityFile")).toBe("${local.ssh_identity}");
    expect(option(provider.sshOpts, "ProxyCommand")).toBe("${local.ssh_proxy}");
  });

  test("is known in whole to a resource that must connect when it is destroyed", () => {
    const { triggers } = stack.connection;
    const provisioner = JSON.stringify(stack.resolved(stack.connection.whenDestroyed("true")));
    const asked = provisioner.matchAll(/self\.triggers(?:\.|, \\")([a-z_]+)/g);

    expect(provisioner).not.toMatch(/var\.|local\.|path\./);
    expect(Object.keys(triggers).sort()).toEqual([...new Set(Array.from(asked, ([, name]) => name))].sort());
  });

  test("is kept open for the next command, so that sshd does not turn some of many away", () => {
    expect(option(provider.sshOpts, "ControlMaster")).toBe("auto");
    expect(option(provider.sshOpts, "ControlPersist")).toBe("60");
  });

  test("makes every script run again on another host", () => {
    expect(stack.resolved(stack.connection.address)).toBe("${var.SERVER_IP}");
    expect(stack.connection).toBeInstanceOf(HostConnection);
  });
});
