import { errorOf } from "./error-of";
import { parseHost, sshCommand, type SshHost } from "../../../lib/plugins/docker/host";

describe("the engine's host", () => {
  test("is the local socket by default", () => {
    expect(parseHost(undefined)).toMatchObject({ kind: "unix", socketPath: "/var/run/docker.sock" });
  });

  test.each([
    ["ssh://vm", { host: "vm", user: undefined, port: undefined }],
    ["ssh://deploy@198.51.100.10:2222", { host: "198.51.100.10", user: "deploy", port: "2222" }],
    ["ssh://deploy@[2001:db8::1]:22", { host: "2001:db8::1", user: "deploy", port: "22" }],
  ])("%s is reached over SSH", (url, expected) => {
    expect(parseHost(url)).toMatchObject({ kind: "ssh", url, ...expected });
  });

  test.each([
    ["unix://docker.sock", "the path of a socket after unix:// starts with a slash"],
    ["tcp://198.51.100.10:2375", "the offline plugin speaks over unix:// and ssh:// only"],
    ["ssh://vm:port", "that is no URL"],
    ["ssh://", "the host name is missing"],
    ["ssh://deploy@-oProxyCommand=x", "names may not start with a dash"],
    ["ssh://-oProxyCommand=x@vm", "names may not start with a dash"],
    ["ssh://vm/var/run/docker.sock", "nothing may follow the port"],
  ])("%s is refused", (url, reason) => {
    const error = errorOf(() => parseHost(url));
    expect(error.message).toBe(`provider "docker": host "${url}" cannot be used: ${reason}`);
    expect(error.detail).toBe(
      "Expected unix:///var/run/docker.sock or ssh://user@host:port. Set `host` of the provider, or DOCKER_HOST.",
    );
  });

  test("a password in the URL is refused without repeating it", () => {
    expect(() => parseHost("ssh://deploy:secret@vm")).toThrow(
      'provider "docker": host "ssh://…" cannot be used: a password in the URL would show in the process list; use a key',
    );
  });
});

describe("the command that connects", () => {
  const command = (url: string, options: string[]) =>
    sshCommand(parseHost(url) as SshHost, options).join(" ");

  test("is the one of Docker's own connection helper", () => {
    expect(command("ssh://deploy@198.51.100.10:2222", ["-i", "/key", "-o", "BatchMode=yes"])).toBe(
      "ssh -i /key -o BatchMode=yes -o ConnectTimeout=30 -T -l deploy -p 2222 -- 198.51.100.10 docker system dial-stdio",
    );
  });

  test("leaves user and port to ssh if the host names none", () => {
    expect(command("ssh://vm", [])).toBe("ssh -o ConnectTimeout=30 -T -- vm docker system dial-stdio");
  });

  test("leaves the timeout to the operator's own option", () => {
    expect(command("ssh://vm", ["-o", "ConnectTimeout=5"])).toBe(
      "ssh -o ConnectTimeout=5 -T -- vm docker system dial-stdio",
    );
  });
});
