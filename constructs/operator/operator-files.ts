import { basename } from "node:path/posix";
import type { ServiceCatalogue } from "../services/service-catalogue";
import { template, templateNames } from "../templates";
import type { HostLayout } from "../ssh/host-layout";
import { deployFolders } from "../ssh/host-folders";
import type { SystemDescription } from "./system-description";

/** A file or a symbolic link of the host. */
export type HostFile =
  | { readonly path: string; readonly mode: string; readonly text: string }
  | { readonly path: string; readonly link: string };

/** The words of the command and the template behind each. A further word is a link in scripts/verbs, no more. */
const VERBS: Readonly<Record<string, string>> = {
  status: "operator/system-status.sh",
  health: "operator/health-check.sh",
  logs: "operator/logs.sh",
  restart: "operator/restart.sh",
  "safety-check": "operator/docker-safety-check.sh",
  maintenance: "operator/maintenance.sh",
  releases: "operator/releases.sh",
  verify: "operator/verify.sh",
  version: "operator/version.sh",
  completion: "operator/completion.sh",
  backup: "backup/backup.sh",
  backups: "backup/backups.sh",
  "verify-backup": "backup/verify-backup.sh",
  "off-host": "backup/off-host.sh",
  restore: "restore/restore.sh",
  "point-in-time": "point-in-time/point-in-time.sh",
  "clean-up": "clean-up/clean-up.sh",
};

/** Programs that the schedules and commands of the workstation run, in addition to the words. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "lib/backup/take.sh": "backup/take.sh",
  "lib/backup/receive.sh": "backup/receive.sh",
  "lib/backup/verify.sh": "backup/verify.sh",
  "lib/point-in-time/base.sh": "point-in-time/base.sh",
  "lib/point-in-time/check.sh": "point-in-time/check.sh",
};

/** What the scripts have in common, by its folder among the templates. */
const OPERATOR_LIBRARY = [
  "common.sh",
  "host.sh",
  "job.sh",
  "lock.sh",
  "maintenance.html",
  "maintenance.sh",
  "probes.sh",
  "history.sh",
  "lifecycle.sh",
  "services.sh",
  "table.sh",
  "safety/backups.sh",
  "safety/containers.sh",
  "safety/disks.sh",
  "safety/folders.sh",
  "safety/images.sh",
  "safety/ports.sh",
  "safety/volumes.sh",
];

const BACKUP_LIBRARY = [
  "job.sh",
  "sets.sh",
  "database.sh",
  "files.sh",
  "room.sh",
  "retention.sh",
  "throwaway.sh",
];

const RESTORE_LIBRARY = [
  "choose.sh",
  "cluster.sh",
  "database.sh",
  "files.sh",
  "journal.sh",
  "load.sh",
  "point-in-time.sh",
  "redis.sh",
  "service.sh",
  "system.sh",
];

/** Programs of jq, all in one folder: that among the templates by the one below lib. */
const JQ_PROGRAMS: Readonly<Record<string, string>> = {
  jq: "operator/lib/jq",
  "backup/jq": "backup/lib/jq",
  "point-in-time/jq": "point-in-time/lib/jq",
  "restore/jq": "restore/lib/jq",
};

/** Everything that the operator's command consists of, as it lies on the host. */
export function operatorFiles(
  layout: HostLayout,
  system: SystemDescription,
  services?: ServiceCatalogue,
): HostFile[] {
  const scripts = layout.deploy("scripts");
  const program = (path: string, name: string): HostFile => ({ path, mode: "0755", text: template(name) });
  const library = (name: string, from: string): HostFile => ({
    path: `${scripts}/lib/${name}`,
    mode: "0644",
    text: template(from),
  });
  return [
    ...Object.values(VERBS).map((name) => program(`${scripts}/${basename(name)}`, name)),
    ...Object.entries(VERBS).map(([verb, name]) => ({
      path: `${scripts}/verbs/${verb}`,
      link: `../${basename(name)}`,
    })),
    ...Object.entries(PROGRAMS).map(([path, name]) => program(`${scripts}/${path}`, name)),
    library("untrusted.sh", "shared/untrusted.sh"),
    ...OPERATOR_LIBRARY.map((name) => library(name, `operator/lib/${name}`)),
    ...BACKUP_LIBRARY.map((name) => library(`backup/${name}`, `backup/lib/${name}`)),
    ...RESTORE_LIBRARY.map((name) => library(`restore/${name}`, `restore/lib/${name}`)),
    ...Object.entries(JQ_PROGRAMS).flatMap(([folder, from]) =>
      templateNames(from).map((name) => library(`${folder}/${name}`, `${from}/${name}`)),
    ),
    program(`${scripts}/lib/restore/fetch-wal.sh`, "restore/fetch-wal.sh"),
    program(`${scripts}/lib/restore/apply-password.sh`, "postgres/apply-password.sh"),
    library("restore/hand-over.sql", "postgres/hand-over.sql"),
    library("point-in-time/archive.sh", "point-in-time/lib/archive.sh"),
    { path: `${scripts}/lib/system.json`, mode: "0644", text: `${JSON.stringify(system, null, 2)}\n` },
    ...deployFolders(services).map((part) =>
      program(layout.deploy(`${part}/health-check.sh`), "operator/part-health-check.sh"),
    ),
    program(`${scripts}/emaintenance.sh`, "operator/emaintenance.sh"),
    { path: "/usr/local/bin/emaintenance", link: `${scripts}/emaintenance.sh` },
    {
      path: "/usr/share/bash-completion/completions/emaintenance",
      mode: "0644",
      text: template("operator/bash-completion.sh"),
    },
    {
      path: "/etc/profile.d/emaintenance-completion.sh",
      mode: "0644",
      text: template("operator/profile.sh"),
    },
  ];
}
