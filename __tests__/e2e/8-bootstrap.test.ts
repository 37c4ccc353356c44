import { cdktfIn, hostShell, rehearsalStatus, rehearse, type RehearsalStatus } from "../../rehearsal/client";
import { template } from "../../constructs/templates";
import { NO_CHANGES } from "./support/rehearsal";

const name = `bare-${process.pid}`;
let host: RehearsalStatus;

const SETTINGS: Readonly<Record<string, string>> = {
  DOCKER_SOURCE: "distribution",
  DOCKER_REPOSITORY: "http://127.0.0.1:9",
  LEAST_DOCKER: "25",
  SECURITY_UPDATES: "yes",
};

/**
 * Runs the bootstrap's script on the host by hand. What `stand` names stands before the host's own files, for this one
 * run: a path and its text.
 */
async function bootstrap(
  settings: Readonly<Record<string, string>> = {},
  stand: Readonly<Record<string, string>> = {},
) {
  const environment = Object.entries({ ...SETTINGS, ...settings }).map(([key, value]) => `${key}=${value}`);
  const mounts = Object.entries(stand).map(([path, text], index) => {
    const file = `/root/stand-in-${index}`;
    return `printf '%s\\n' '${text}' > ${file}; chmod +x ${file}; mount --bind ${file} ${path};`;
  });
  const line = `sudo unshare --mount sh -c "${mounts.join(" ").replace(/["$]/g, "\\$&")} exec env ${environment.join(" ")} bash -s"`;
  const result = await hostShell(host, line, {
    input: template("bootstrap/bootstrap.sh"),
    allowFailure: true,
  });
  const said = (text: string) => text.trim().replaceAll(host.container, "HOST");
  return { code: result.code, stdout: said(result.stdout), stderr: said(result.stderr) };
}

const release = (id: string, version: string, codename: string) =>
  `ID=${id}\nVERSION_ID=${version}\nVERSION_CODENAME=${codename}\nPRETTY_NAME="${id} ${version}"`;

beforeAll(async () => {
  await rehearse(["up", "--name", name, "--bare", "--no-deploy"], { timeoutSeconds: 1200 });
  host = await rehearsalStatus(name);
}, 1_200_000);

afterAll(() => rehearse(["down", "--name", name, "--keep-images"], { timeoutSeconds: 300 }), 300_000);

describe("a machine with sshd and sudo only", () => {
  test("of another distribution is left as it is, and the script says why", async () => {
    const { code, stderr } = await bootstrap({}, { "/etc/os-release": release("fedora", "42", "") });

    expect(stderr).toBe(
      "HOST runs fedora 42. Expected Debian 12 or 13, or Ubuntu 22.04 or 24.04. Install Docker Engine 25 or later, ufw, cron, logrotate, jq and curl by hand, and deploy prod alone.",
    );
    expect(code).toBe(1);
    expect((await hostShell(host, "command -v ufw jq", { allowFailure: true })).stdout).toBe("");
  });

  test("with an old engine in its distribution turns to Docker's own packages", async () => {
    const { code, stdout, stderr } = await bootstrap(
      {},
      {
        "/etc/os-release": release("debian", "12", "bookworm"),
        "/usr/bin/apt-cache": '#!/bin/sh\necho "  Candidate: 20.10.24+dfsg1-1+deb12u1"',
      },
    );

    expect(stdout).toContain("debian 12 has no Docker Engine 25 or later: taking it from http://127.0.0.1:9");
    expect(stderr).toMatch(
      /^Docker's packages cannot be had from http:\/\/127\.0\.0\.1:9 on HOST: curl: .*\. Expected a way to that site, or a mirror of it as dockerRepository\. Correct the network or the setting, and deploy again\.$/,
    );
    expect(code).toBe(1);
  });

  test("becomes a host, and the system runs on it, in one go", async () => {
    await rehearse(["up", "--name", name, "--bare"], { timeoutSeconds: 1200 });

    expect((await fetch(host.url)).status).toBe(200);
    const { stdout } = await hostShell(
      host,
      "docker version --format '{{.Server.Version}}'; sudo ufw status",
    );
    expect(stdout).toMatch(/^(2[5-9]|[3-9]\d)\./);
    expect(stdout).toContain("Status: active");
  });
});

describe("a host that is ready", () => {
  test("is not changed by a second run of both stacks", async () => {
    const argv = ["deploy", "bootstrap", "prod", "--parallelism", "1", "--auto-approve", "--no-color"];
    const { stdout } = await cdktfIn(host.directory, argv);

    expect(stdout.split(NO_CHANGES)).toHaveLength(3);
  });

  test("is not changed by the script itself", async () => {
    await hostShell(host, "sudo touch /root/stamp");
    const { stdout } = await bootstrap();
    const { stdout: newer } = await hostShell(
      host,
      "sudo find /etc /usr /var/lib/dpkg /var/lib/apt -newer /root/stamp -type f",
    );

    expect(stdout).toContain("the host was ready: nothing has changed");
    expect(newer).toBe("");
  });

  test("gets a login that deploys, beside the services' 1001, where one is asked for", async () => {
    const { stdout } = await bootstrap({ DEPLOY_USER: "ops" });
    const { stdout: about } = await hostShell(host, "id ops; sudo -n -u ops sudo -n id -un");

    expect(stdout).toContain("made the login ops");
    expect(about).toMatch(/^uid=11\d\d\(ops\) .*\(docker\)\nroot\n$/);
    expect((await bootstrap({ DEPLOY_USER: "ops" })).stdout).toContain("nothing has changed");
  });

  test("gets none under a name that a group has, and the script says why", async () => {
    const { code, stderr } = await bootstrap({ DEPLOY_USER: "operator" });

    expect(stderr).toContain(
      "the login operator cannot be made on HOST (above). Expected a name that is free, among the groups too. Choose another deployUser, and deploy again.",
    );
    expect(code).toBe(1);
  });

  test("with an engine that is too old keeps it, and the script says why", async () => {
    const { code, stderr } = await bootstrap({}, { "/usr/bin/docker": "#!/bin/sh\necho 20.10.24" });

    expect(stderr).toBe(
      "HOST has Docker Engine 20.10.24. Expected 25 or later. Remove it (apt-get remove docker.io docker-ce), which keeps containers and volumes, and deploy again.",
    );
    expect(code).toBe(1);
  });
});
