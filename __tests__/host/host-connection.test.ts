import { HostConnection } from "../../constructs/host/host-connection";
import { TestStack } from "../support/test-stack";

/** The value of an ssh option in the provider's list. */
const option = (options: readonly string[] = [], name: string) =>
  options.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

describe("the way to the host", () => {
  const stack = new TestStack();
  const provisioner = stack.resolved(stack.connection.provisioner);
  const provider = stack.resolved(stack.connection.dockerProvider) as { host: string; sshOpts: string[] };

  test("is one for scripts: login, key file and the one pinned host key", () => {
    expect(provisioner).toEqual({
      type: "ssh",
      host: "${var.SERVER_IP}",
      port: "${var.SSH_PORT}",
      user: "${var.SSH_USER}",
      privateKey: "${file(pathexpand(var.SSH_PRIVATE_KEY_FILE))}",
      hostKey: "${local.host_key}",
      timeout: "1m",
    });
  });

  test("is the same for the Docker provider, and sets an IPv6 address in brackets", () => {
    expect(provider.host).toBe(
      'ssh://${var.SSH_USER}@${strcontains(var.SERVER_IP, ":") ? "[${var.SERVER_IP}]" : var.SERVER_IP}' +
        ":${tostring(var.SSH_PORT)}",
    );
    expect(provider.sshOpts.slice(0, 2)).toEqual(["-i", "${pathexpand(var.SSH_PRIVATE_KEY_FILE)}"]);
  });

  test("trusts the pinned key and no other, and asks nobody", () => {
    expect(option(provider.sshOpts, "StrictHostKeyChecking")).toBe("yes");
    expect(option(provider.sshOpts, "UserKnownHostsFile")).toBe("/dev/null");
    expect(option(provider.sshOpts, "GlobalKnownHostsFile")).toBe("/dev/null");
    expect(option(provider.sshOpts, "KnownHostsCommand")).toBe("/bin/echo %H ${local.host_key}");
    expect(option(provider.sshOpts, "BatchMode")).toBe("yes");
    expect(option(provider.sshOpts, "IdentitiesOnly")).toBe("yes");
  });

  test("is kept open for the next command, so that sshd does not turn some of many away", () => {
    expect(option(provider.sshOpts, "ControlMaster")).toBe("auto");
    expect(option(provider.sshOpts, "ControlPersist")).toBe("60");
  });

  test("makes every script run anew on another host", () => {
    expect(stack.resolved(stack.connection.address)).toBe("${var.SERVER_IP}");
    expect(stack.connection).toBeInstanceOf(HostConnection);
  });
});
