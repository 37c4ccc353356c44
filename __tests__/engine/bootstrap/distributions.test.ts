import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { ensureBaseImages } from "../../../lib/images/images";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

/** Programs of a bare machine, which note what they are asked for in /state. They come before the container's own in PATH. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "apt-get": `
    echo "apt-get $*" >> /state/calls
    for word in "$@"; do
      echo "$word" >> /state/installed
      case $word in docker.io | docker-ce) printf '#!/bin/sh\\n' > /state/dockerd; chmod +x /state/dockerd; ln -sf /state/dockerd /usr/local/sbin/dockerd ;; esac
    done`,
  "apt-cache": `case $1 in policy) echo "  Candidate: $CANDIDATE" ;; search) [ "$VERSION" != 13 ] || echo "docker-cli - client" ;; esac`,
  "dpkg-query": `if grep -qx "\${@: -1}" /state/installed; then echo -n installed; fi`,
  docker: "[ -e /state/dockerd ] && echo 28.0.1",
  curl: `while [ $# -gt 0 ]; do [ "$1" != -o ] || echo key > "$2"; url=$1; shift; done; echo "curl $url" >> /state/calls`,
  systemctl: "true",
  "systemd-detect-virt": "true",
};

interface System {
  readonly id: string;
  readonly version: string;
  readonly codename: string;
  /** What `apt-cache policy docker.io` calls the candidate. */
  readonly candidate: string;
}

/** In the container: what is given comes before its own, the script runs, and what it asked for is printed. */
const INSIDE = `
cp /given/programs/* /usr/local/sbin/
cp --remove-destination /given/os-release /etc/os-release
mkdir -p /state /run/systemd/system
touch /state/installed
bash /given/bootstrap.sh >&2
cat /state/calls
cat /etc/apt/sources.list.d/docker.sources 2> /dev/null || true`;

/**
 * Runs the script in a container that takes itself for this system.
 *
 * @returns what was asked of apt-get and curl, and the lines of Docker's package source
 */
async function bootstrap({ id, version, codename, candidate }: System): Promise<string[]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "programs"));
  for (const [name, body] of Object.entries(PROGRAMS)) {
    writeFileSync(join(folder, "programs", name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }
  const release = [
    `ID=${id}`,
    `VERSION_ID="${version}"`,
    `VERSION_CODENAME=${codename}`,
    `PRETTY_NAME=${id}`,
  ];
  writeFileSync(join(folder, "os-release"), `${release.join("\n")}\n`);
  writeFileSync(join(folder, "bootstrap.sh"), template("bootstrap/bootstrap.sh"));
  const { node } = await ensureBaseImages();
  const environment = [
    ...["DOCKER_SOURCE=distribution", "DOCKER_REPOSITORY=https://packages.example", "LEAST_DOCKER=25"],
    ...["SECURITY_UPDATES=yes", `CANDIDATE=${candidate}`, `VERSION=${version}`],
  ];
  const { stdout } = await run(
    [
      ...["docker", "run", "--rm", "--network", "none", "--volume", `${folder}:/given:ro`],
      ...environment.flatMap((assignment) => ["--env", assignment]),
      ...["--entrypoint", "bash", node, "-euc", INSIDE],
    ],
    { timeoutSeconds: 300 },
  );
  return stdout.trim().split("\n");
}

const BASIS = "ca-certificates cron curl iptables jq logrotate ufw";
const installs = (lines: readonly string[]) =>
  lines.flatMap((line) => / install (.*)$/.exec(line)?.[1] ?? []);

describe("of what it installs, Docker Engine comes from the distribution", () => {
  test.each<[string, System, string]>([
    [
      "on Debian 13, whose client is a package of its own",
      { id: "debian", version: "13", codename: "trixie", candidate: "26.1.5+dfsg1-9+b11" },
      "docker.io docker-cli",
    ],
    [
      "on Ubuntu 24.04",
      { id: "ubuntu", version: "24.04", codename: "noble", candidate: "27.5.1-0ubuntu3~24.04.2" },
      "docker.io",
    ],
    [
      "on Ubuntu 22.04 with its updates",
      { id: "ubuntu", version: "22.04", codename: "jammy", candidate: "27.5.1-0ubuntu3~22.04.2" },
      "docker.io",
    ],
  ])("%s", async (_where, system, packages) => {
    const lines = await bootstrap(system);

    expect(installs(lines)).toEqual([BASIS, packages, "unattended-upgrades"]);
    expect(lines.filter((line) => /^curl|^URIs/.test(line))).toEqual([]);
  });
});

describe("and from Docker's own repository if the distribution's is too old", () => {
  test.each<[string, System]>([
    [
      "on Debian 12",
      { id: "debian", version: "12", codename: "bookworm", candidate: "20.10.24+dfsg1-1+deb12u1" },
    ],
    [
      "on Ubuntu 22.04 without its updates",
      { id: "ubuntu", version: "22.04", codename: "jammy", candidate: "20.10.12-0ubuntu4" },
    ],
    [
      "on an Ubuntu without the part that has Docker",
      { id: "ubuntu", version: "24.04", codename: "noble", candidate: "(none)" },
    ],
  ])("%s", async (_where, system) => {
    const lines = await bootstrap(system);

    expect(installs(lines)).toEqual([BASIS, "docker-ce docker-ce-cli containerd.io", "unattended-upgrades"]);
    expect(lines).toEqual(
      expect.arrayContaining([
        `curl https://packages.example/linux/${system.id}/gpg`,
        `URIs: https://packages.example/linux/${system.id}`,
        `Suites: ${system.codename}`,
        "Signed-By: /etc/apt/keyrings/docker.asc",
      ]),
    );
  });
});
