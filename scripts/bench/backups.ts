import { setTimeout as pause } from "node:timers/promises";
import { hostShell, type RehearsalStatus } from "../../rehearsal/client";
import { type TrafficResult, underTraffic } from "../../rehearsal/traffic/traffic";
import { onRehearsal } from "./on-rehearsal";
import { print } from "./print";
import { printTraffic, together } from "./print-traffic";
import { median, seconds } from "./timing";

/** Rows of about a kilobyte, of which little can be compressed: what the restored files have is about this many KiB. */
const ROWS = 700_000;
const ROUNDS = 3;
/** Backups, each followed by a quiet stretch of the same length: the machine's own variation is then in both. */
const BACKUPS = 8;
const LIMIT_SECONDS = 3600;

const FILL = `CREATE TABLE measured (id bigint PRIMARY KEY, text text NOT NULL);
  INSERT INTO measured SELECT id, (SELECT string_agg(md5(random()::text || id || part), '') FROM generate_series(1, 30) part)
    FROM generate_series(1, ${ROWS}) id;
  CHECKPOINT;`;

const INSIDE = (program: string) => `docker exec -i emaintenance-postgres sh -c '${program}'`;
const SQL = INSIDE('psql -XAtq -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"');

async function measure(host: RehearsalStatus): Promise<void> {
  const shell = async (line: string, input?: string) =>
    (await hostShell(host, line, { input, timeoutSeconds: LIMIT_SECONDS })).stdout;
  await shell(SQL, FILL);
  const bytes = Number(await shell(SQL, "SELECT pg_database_size(current_database())"));

  const backups: number[] = [];
  const quiet: TrafficResult[] = [];
  const during: TrafficResult[] = [];
  for (let round = 0; round < BACKUPS; round += 1) {
    const backup = await underTraffic(host.url, async () => {
      backups.push(await seconds(() => shell("sudo emaintenance backup database")));
    });
    during.push(backup.traffic);
    quiet.push((await underTraffic(host.url, () => pause(backup.traffic.seconds * 1000))).traffic);
  }

  const newest = "$(sudo sh -c 'ls -td /opt/emaintenance/backups/db_*' | head -n 1)";
  const fresh =
    'DROP DATABASE IF EXISTS plain WITH (FORCE)"; psql -q -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE plain';
  const plain: number[] = [];
  const measured: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await shell(INSIDE(`psql -q -U "$POSTGRES_USER" -d postgres -c "${fresh}"`));
    plain.push(
      await seconds(() =>
        shell(`sudo cat ${newest}/database.dump | ${INSIDE('pg_restore -U "$POSTGRES_USER" -d plain')}`),
      ),
    );
    let said = "";
    whole.push(
      await seconds(async () => {
        said = await shell("sudo emaintenance restore database --yes --without-safety-dump");
      }),
    );
    measured.push(Number(/restored in (\d+) s/.exec(said)?.[1]));
  }

  console.log(`a database of ${(bytes / 2 ** 30).toFixed(2)} GiB`);
  print([
    { what: "emaintenance backup database", times: backups },
    { what: "pg_restore, into an empty database", times: plain },
    {
      what: "the same step of emaintenance restore",
      times: measured,
      comparedWith: { name: "pg_restore", seconds: median(plain) },
    },
    { what: "emaintenance restore, until all is well", times: whole },
  ]);
  printTraffic([
    { what: `16 clients, ${BACKUPS} stretches with nothing else`, traffic: together(quiet) },
    { what: `${BACKUPS} stretches with a backup`, traffic: together(during) },
  ]);
}

void onRehearsal(measure);
