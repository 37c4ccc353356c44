import { Naming } from "../../constructs/naming";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { run, waitFor } from "../../lib/run";
import {
  cdktf,
  deploy,
  diff,
  inspectOnHost,
  NO_CHANGES,
  onHost,
  queryDatabase,
  rehearsal,
  smoke,
} from "./support/rehearsal";

/** What must outlive everything: the rows, and the uploaded files with their digests. */
async function data(): Promise<{ rows: string; uploads: string }> {
  const rows = await queryDatabase("SELECT count(*), max(created_at) FROM work_orders");
  const { stdout } = await onHost(
    "sudo find /opt/emaintenance/data/work-order-uploads /opt/emaintenance/data/asset-uploads -type f -exec sha256sum {} + | sort",
  );
  return { rows, uploads: stdout };
}

/** The host components that are there: units, rules, files by their name or by their content. Data, logs and alerts stay. */
async function hostComponents(): Promise<string[]> {
  const lines = [
    "systemctl list-units --all --plain --no-legend 'emaintenance*' | awk '{print $1}'",
    "systemctl list-unit-files --no-legend 'emaintenance*' | awk '{print $1}'",
    "sudo find /etc /usr/local /var/lib /run -xdev -iname '*emaintenance*' -not -path '/var/lib/docker/*'",
    "sudo grep -rIil emaintenance /etc/systemd /etc/logrotate.d /etc/cron.d /etc/ufw /etc/profile.d /etc/docker /usr/local",
    "sudo sh -c 'iptables -S; ip6tables -S; ufw status' | grep -i emaintenance",
  ];
  const { stdout } = await onHost(lines.map((line) => `{ ${line}; }`).join("; "), { allowFailure: true });
  return stdout.split("\n").filter(Boolean);
}

const NAMES = ServiceCatalogue.builtIn.names.map((service) => Naming.container(service));

async function allHealthy(): Promise<boolean> {
  const containers = await inspectOnHost<{ State: { Health?: { Status: string } } }>(...NAMES).catch(
    () => [],
  );
  return (
    containers.length === NAMES.length && containers.every(({ State }) => State.Health?.Status === "healthy")
  );
}

describe("rows and uploads", () => {
  let before: Awaited<ReturnType<typeof data>>;
  beforeAll(async () => {
    await smoke();
    before = await data();
    expect(before.uploads).not.toBe("");
  });

  test("survive the removal of every container, which the next deploy creates again", async () => {
    await onHost(`docker rm -f ${NAMES.join(" ")}`);
    await deploy();
    expect(await data()).toEqual(before);
    await smoke();
    before = await data();
  });

  test("survive a restart of the host, after which nothing is to change", async () => {
    await run(["docker", "restart", rehearsal().container], { timeoutSeconds: 120 });
    await waitFor("seven healthy containers", 180, allHealthy);
    expect(await data()).toEqual(before);
    expect((await diff()).stdout).toContain(NO_CHANGES);
  });

  test("survive cdktf destroy, which says where they are and how one would delete them", async () => {
    expect(await hostComponents()).toEqual(
      expect.arrayContaining([
        "emaintenance-watchdog.timer",
        "/usr/local/bin/emaintenance",
        "-N EMAINTENANCE-USER",
      ]),
    );
    const { stdout } = await cdktf(["destroy", "prod", "--auto-approve"]);
    expect(await hostComponents()).toEqual([]);
    const { stdout: left } = await onHost(
      "docker ps -aq --filter label=emaintenance.tier; docker volume ls -q",
    );
    expect(left.trim()).toBe("");
    const { user, address } = rehearsal();
    const said = stdout.replace(/\s+/g, " ");
    expect(said).toContain(
      `The data of E-Maintenance stays on ${address}: /opt/emaintenance/data /opt/emaintenance/logs /opt/emaintenance/backups. ` +
        `The next deployment finds it again. To delete it for ever: ssh ${user}@${address} sudo rm -r /opt/emaintenance/data`,
    );
    // AND the next deployment finds them
    await deploy();
    expect(await data()).toEqual(before);
    await smoke();
  });
});
