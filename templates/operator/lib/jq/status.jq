# The state of the whole system as one document. Input: every service with its containers. Further: $containers,
# $usage by container, $host, $schedules, $backups, $alerts, $maintenance, $deploy (a list of none or one).

include "words";

# What a deploy makes is its own affair while it is under way.
def service_problem:
  "emaintenance logs \(.service) --since 10m; emaintenance restart \(.service)" as $remedy |
  if .serves | not then
    select($deploy == []) |
    problem("\(.container) serves nobody: it is \(.state), left by a deploy that has not come to its end"; "a complete deploy"; "deploy again, or on the machine that deploys: npm run rollback -- prod")
  elif .state == "missing" then
    problem("\(.instance) has no container"; "\(.container)"; "deploy again")
  elif .state != "running" then
    problem("\(.container) is \(.state)" + (if .outOfMemory then " (out of memory)" elif .exitCode != 0 then " (exit code \(.exitCode))" else "" end);
      "a running container"; $remedy)
  elif .health == "unhealthy" then
    problem("\(.container) is unhealthy: \(.healthOutput)"; "a health check that passes"; "emaintenance health \(.service); \($remedy)")
  elif .health == "starting" then
    problem("\(.container) is still starting, since \(.since | ago)"; "healthy within \(.healthyWithinSeconds)s"; "wait, then emaintenance logs \(.service)")
  else empty end;

def job_problem:
  select(.state == "exited" and .exitCode != 0) |
  problem("the job \(.service) ended with exit code \(.exitCode)"; "exit code 0"; "docker logs \(.container), then deploy again");

def disk_problem:
  if (.usedPercent // 0) >= $system.diskPercent.warning then
    problem("the disk of \(.mount) is \(.usedPercent) % full, \(.freeBytes | bytes_in_words) are left"; "less than \($system.diskPercent.warning) %"; "make room, beginning with: docker system df; du -xh \(.mount) | sort -h | tail")
  elif (.inodesUsedPercent // 0) >= $system.diskPercent.warning then
    problem("\(.inodesUsedPercent) % of the inodes of \(.mount) are used"; "less than \($system.diskPercent.warning) %"; "remove small files: du --inodes -x \(.mount) | sort -n | tail")
  else empty end;

def schedule_problem:
  select(.exitCode != 0) |
  problem("the scheduled job \(.job) " + (if .exitCode == null then "has no readable record: \(.message)" else "failed (exit code \(.exitCode)): \(.message)" end);
    "exit code 0"; "read its log, and run it by hand");

# A backup that was made by hand while nothing is scheduled may be as old as it likes.
def backup_problems:
  ([.[] | select(.kind | IN("db", "full"))] | max_by(.number)) as $newest |
  (select($newest != null and $system.backup.scheduled and (now - ($newest.ended | epoch)) / 3600 >= $system.newestBackupHours) |
    problem("the newest backup of the database is \($newest.ended | ago) old"; "one that is younger than \($system.newestBackupHours)h"; "read logs/schedules/backup-database.log, then emaintenance backup")),
  (.[] | select(.verified.ok == false) |
    problem("the backup \(.set) failed its verification: \(.verified.message)"; "one that can be restored"; "emaintenance backup, then emaintenance verify-backup"));

def maintenance_problem:
  select(.on) |
  problem("visitors see the maintenance page since \(.since | ago), by \(.by)" + (if .text == "" then "" else ": \(.text)" end);
    "that they reach the system"; "when the work is done: emaintenance maintenance off");

def alert_problem: problem("alert of \(.source), \(.time | ago) ago: \(.message)"; "no open alert"; "look into it");

. as $services |
[$containers[] | select(.service | IN($system.jobs[].service))] as $jobs |
{
  time: (now | todate),
  problems: (
    [$services[] | service_problem] + [$jobs[] | job_problem] + [$host.disks[] | disk_problem] +
    [$schedules[] | schedule_problem] + [$backups | backup_problems] + [$alerts[] | alert_problem] +
    [$maintenance | maintenance_problem]),
  deploy: ($deploy[0] // null),
  maintenance: $maintenance,
  services: [$services[] | {
    service, instance, tier, container, serves, release: (.release // null), state, health, restarts, since: (.since // null), ports
  } + ($usage[.id // ""] // {cpuPercent: null, memoryBytes: null, memoryLimitBytes: null})],
  jobs: [$jobs[] | {service, container, release, state, exitCode, since}],
  host: $host,
  schedules: $schedules,
  backups: [$backups[] | {set, kind, ended, bytes, verified}],
  alerts: $alerts
} | {well: (.problems == [])} + .
