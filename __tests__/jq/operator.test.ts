import { HOSTILE, jq as program, type JqOptions } from "../support/jq-program";

const jq = (name: string, options: JqOptions): unknown[] => program(`operator/lib/jq/${name}`, options);

const service = (name: string, tier: string, needs: readonly string[] = [], changes: object = {}) => ({
  service: name,
  tier,
  container: `emaintenance-${name}`,
  replicas: 1,
  needs,
  publish: [],
  healthyWithinSeconds: 120,
  ...changes,
});

const system = {
  project: "emaintenance",
  labels: { service: "emaintenance.service", tier: "emaintenance.tier" },
  services: [
    service("postgres", "data"),
    service("user-service", "api", ["postgres"], { replicas: 2 }),
    service("web", "web", ["user-service"]),
    service("nginx", "gateway"),
  ],
  jobs: [{ service: "migration", container: "emaintenance-migration" }],
  diskPercent: { warning: 80, error: 90 },
  newestBackupHours: 26,
  backup: { scheduled: true },
};

/** What docker inspect says of a container. */
const inspected = (name: string, changes: object = {}, state: object = {}) => ({
  Id: `id-${name}`,
  Name: `/emaintenance-${name}`,
  Image: "sha256:1",
  Created: "2026-11-28T00:00:00Z",
  RestartCount: 1,
  State: {
    ...{ Status: "running", ExitCode: 0, OOMKilled: false, StartedAt: "2026-11-28T01:00:00Z" },
    ...{ FinishedAt: "2026-11-28T02:00:00Z", Health: { Status: "healthy", Log: [{ Output: "a\n  b" }] } },
    ...state,
  },
  Config: { Labels: { "emaintenance.service": name, "emaintenance.tier": "api" } },
  NetworkSettings: { Ports: {}, Networks: { a: { IPAddress: "172.18.0.5" } } },
  ...changes,
});

describe("containers.jq", () => {
  const deployed = [
    { release: "2026.11.2", images: { web: { id: "sha256:2", reference: "emaintenance/web:2" } } },
    {
      release: "2026.11.1",
      images: { web: { id: "sha256:1", reference: `registry/nginx:1.27@sha256:${"0".repeat(64)}` } },
    },
  ];
  const of = (container: object): Record<string, unknown> =>
    (
      jq("containers.jq", { input: [[container]], values: { system, deployed } })[0] as [
        Record<string, unknown>,
      ]
    )[0];

  test("says what a container is, and of which release", () => {
    expect(of(inspected("web"))).toMatchObject({
      ...{
        id: "id-web",
        container: "emaintenance-web",
        service: "web",
        release: "2026.11.1",
        state: "running",
      },
      ...{
        health: "healthy",
        healthOutput: "a b",
        since: "2026-11-28T01:00:00Z",
        address: "172.18.0.5",
        ports: [],
      },
    });
  });

  test("names the image of what does not change with the releases", () => {
    const labels = { "emaintenance.service": "nginx", "emaintenance.tier": "gateway" };
    expect(of(inspected("nginx", { Config: { Labels: labels } }))).toMatchObject({ release: "nginx:1.27" });
  });

  test("of a stopped one has no health, and of a stranger no release", () => {
    expect(of(inspected("web", { Image: "sha256:9" }, { Status: "exited", Health: null }))).toMatchObject({
      ...{ release: null, health: "none", healthOutput: "", since: "2026-11-28T02:00:00Z" },
    });
    expect(of({ ...inspected("web"), Config: { Labels: null } })).toMatchObject({ service: null });
  });

  test("writes ports with their addresses, and shortens what a health check says", () => {
    const ports = {
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "3030" },
        { HostIp: "::", HostPort: "3030" },
      ],
      "1/tcp": null,
    };
    const long = inspected(
      "web",
      { NetworkSettings: { Ports: ports } },
      { Health: { Log: [{ Output: HOSTILE.repeat(20) }] } },
    );
    expect(of(long).ports).toEqual(["0.0.0.0:3030", "[::]:3030"]);
    expect(of(long).healthOutput).toHaveLength(300);
    expect(of(long).address).toBe("");
  });
});

describe("services.jq", () => {
  const containers = [
    { service: "web", container: "emaintenance-web", state: "running", created: "2", id: "w" },
    {
      service: "web",
      container: "emaintenance-web-20261128000000",
      state: "created",
      created: "3",
      id: "w2",
    },
    {
      service: "user-service",
      container: "emaintenance-user-service-2",
      state: "running",
      created: "1",
      id: "u",
    },
    { service: HOSTILE, container: HOSTILE, state: "running", created: "1", id: "x" },
  ];

  test("names each that serves, each that is missing, and what is left over", () => {
    const [all] = jq("services.jq", { input: [containers], values: { system } }) as [
      { instance: string; state: string; serves: boolean }[],
    ];
    expect(all.map(({ instance, state, serves }) => [instance, state, serves])).toEqual([
      ["postgres", "missing", true],
      ["user-service", "missing", true],
      ["user-service-2", "running", true],
      ["web", "running", true],
      ["web-20261128000000", "created", false],
      ["nginx", "missing", true],
    ]);
  });
});

test.each([
  [[], ["postgres", "user-service", "web", "nginx"]],
  [["all"], ["postgres", "user-service", "web", "nginx"]],
  [
    ["gateway", "postgres"],
    ["postgres", "nginx"],
  ],
  [[HOSTILE], []],
])("chosen-services.jq by %j", (words, expected) => {
  expect(jq("chosen-services.jq", { values: { system }, words })).toEqual(expected);
});

test.each([
  [["postgres"], ["user-service", "web"]],
  [["postgres", "user-service"], ["web"]],
  [["web"], []],
  [[HOSTILE], []],
])("dependants.jq of %j", (words, expected) => {
  expect(jq("dependants.jq", { values: { system }, words })).toEqual(expected);
});

describe("of the host", () => {
  test("disk.jq reads a line of df, whatever the disk is called", () => {
    const parse = (line: string): unknown[] => jq("disk.jq", { text: `${line}\n`, options: ["-R"] });
    expect(parse("/ 1000 400 60% 5%")).toEqual([
      { mount: "/", sizeBytes: 1000, freeBytes: 400, usedPercent: 60, inodesUsedPercent: 5 },
    ]);
    expect(parse("/mnt/a disk 10 5 50% -")).toEqual([
      expect.objectContaining({ mount: "/mnt/a disk", inodesUsedPercent: null }),
    ]);
    expect(parse("no line of df")).toEqual([]);
  });

  test("host.jq reads the files of /proc", () => {
    const values = {
      ...{ name: HOSTILE, cpus: "4", uptime: "90061.5 1.0\n", load: "0.10 0.20 3.00 1/200 5\n", disks: [] },
      memory: "MemTotal:       2048 kB\nMemFree: 1 kB\nMemAvailable:   1024 kB\n",
    };
    expect(jq("host.jq", { values })).toEqual([
      {
        ...{ name: HOSTILE, uptimeSeconds: 90061, cpus: 4, load: [0.1, 0.2, 3], disks: [] },
        memory: { totalBytes: 2_097_152, availableBytes: 1_048_576 },
      },
    ]);
  });

  test("usage.jq computes with the sizes of docker stats, and leaves out what has none", () => {
    const stats = [
      { ID: "a", CPUPerc: "12.5%", MemUsage: "48.3MiB / 1GiB" },
      { ID: "b", CPUPerc: "--", MemUsage: "-- / --" },
    ];
    expect(jq("usage.jq", { input: [stats] })).toEqual([
      {
        a: { cpuPercent: 12.5, memoryBytes: 50_646_220, memoryLimitBytes: 1_073_741_824 },
      },
    ]);
  });

  test("bytes-in-words.jq", () => {
    expect(jq("bytes-in-words.jq", { input: [0, 1536, 10_485_760, 1_610_612_736, null] })).toEqual([
      ...["0 KiB", "1.5 KiB", "10 MiB", "1.5 GiB", "?"],
    ]);
  });

  test("words.jq is only functions: it passes on what comes in", () => {
    expect(jq("words.jq", { input: [HOSTILE] })).toEqual([HOSTILE]);
  });

  test("standing-alerts.jq keeps the newest of each source, unless it says that all is well", () => {
    const alert = (source: string, time: string, severity: string) => ({
      source,
      time,
      severity,
      message: HOSTILE,
    });
    const alerts = [
      ...[
        alert("a", "1", "error"),
        alert("a", "2", "info"),
        alert("b", "3", "warning"),
        alert("b", "1", "error"),
      ],
      ...[alert(HOSTILE, "0", "critical"), alert("c", "1", "resolved")],
    ];
    const [standing] = jq("standing-alerts.jq", { input: [alerts] }) as [
      { source: string; severity: string }[],
    ];
    expect(standing.map(({ source, severity }) => [source, severity])).toEqual([
      [HOSTILE, "critical"],
      ["b", "warning"],
    ]);
  });
});

describe("status.jq", () => {
  // A time to come is 0 s ago, however long the test takes.
  const now = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, "Z");
  const well = {
    ...service("web", "web"),
    ...{
      instance: "web",
      serves: true,
      state: "running",
      health: "healthy",
      restarts: 0,
      since: now,
      ports: [],
      id: "w",
    },
    ...{ release: "r1", exitCode: 0, outOfMemory: false, healthOutput: "" },
  };
  const values = {
    system,
    containers: [],
    usage: { w: { cpuPercent: 1, memoryBytes: 2_097_152, memoryLimitBytes: 4_194_304 } },
    host: {
      name: "vm1",
      uptimeSeconds: 60,
      cpus: 2,
      load: [1, 2, 3],
      memory: { totalBytes: 1, availableBytes: 1 },
      disks: [],
    },
    schedules: [],
    alerts: [],
    backups: [],
    deploy: [],
    maintenance: { on: false, since: null, by: null, text: "" },
  };
  interface Status {
    readonly well: boolean;
    readonly problems: readonly { readonly what: string; readonly remedy: string }[];
  }
  const status = (changes: object = {}, services: readonly object[] = [well]): Status =>
    jq("status.jq", { input: [services], values: { ...values, ...changes } })[0] as Status;
  const problems = (changes: object, services?: readonly object[]): string[] =>
    status(changes, services).problems.map(({ what }) => what);

  test("of a system that is well has no problems", () => {
    expect(status()).toMatchObject({ well: true, problems: [], deploy: null, services: [{ cpuPercent: 1 }] });
  });

  test.each([
    ["a container that is missing", { state: "missing", health: "none" }, "web has no container"],
    ["one that has ended", { state: "exited", exitCode: 3 }, "emaintenance-web is exited (exit code 3)"],
    [
      "one without memory",
      { state: "exited", outOfMemory: true },
      "emaintenance-web is exited (out of memory)",
    ],
    [
      "one that is unhealthy",
      { health: "unhealthy", healthOutput: HOSTILE },
      `emaintenance-web is unhealthy: ${HOSTILE}`,
    ],
    ["one that starts", { health: "starting" }, "emaintenance-web is still starting, since 0s"],
    [
      "one that is left over",
      { serves: false, state: "created" },
      "emaintenance-web serves nobody: it is created, left by a deploy that has not come to its end",
    ],
  ])("names %s", (_what, changes, expected) => {
    expect(problems({}, [{ ...well, ...changes }])).toEqual([expect.stringContaining(expected)]);
  });

  test("says nothing of what a deploy that is under way has made", () => {
    expect(problems({ deploy: [{ owner: "me" }] }, [{ ...well, serves: false }])).toEqual([]);
  });

  test.each([
    [
      "a full disk",
      { host: { ...values.host, disks: [{ mount: "/", usedPercent: 80, freeBytes: 1024 }] } },
      "the disk of / is 80 % full, 1 KiB are left",
    ],
    [
      "few inodes",
      { host: { ...values.host, disks: [{ mount: "/", usedPercent: 1, inodesUsedPercent: 95 }] } },
      "95 % of the inodes of / are used",
    ],
    [
      "a job that failed",
      { schedules: [{ job: "x", exitCode: 1, message: HOSTILE }] },
      `the scheduled job x failed (exit code 1): ${HOSTILE}`,
    ],
    [
      "a record that cannot be read",
      { schedules: [{ job: "x", exitCode: null, message: "torn" }] },
      "the scheduled job x has no readable record: torn",
    ],
    [
      "an old backup",
      { backups: [{ set: "db_1", kind: "db", number: 1, ended: "2020-01-01T00:00:00Z", verified: null }] },
      "the newest backup of the database is ",
    ],
    [
      "a backup that does not restore",
      {
        backups: [
          { set: "db_1", kind: "db", number: 1, ended: now, verified: { ok: false, message: HOSTILE } },
        ],
      },
      `the backup db_1 failed its verification: ${HOSTILE}`,
    ],
    [
      "the maintenance page",
      { maintenance: { on: true, since: now, by: HOSTILE, text: "" } },
      `visitors see the maintenance page since 0s, by ${HOSTILE}`,
    ],
    [
      "an alert",
      { alerts: [{ source: "room", time: now, message: HOSTILE }] },
      `alert of room, 0s ago: ${HOSTILE}`,
    ],
    [
      "a job of the deploy",
      { containers: [{ service: "migration", container: "m", state: "exited", exitCode: 1 }] },
      "the job migration ended with exit code 1",
    ],
  ])("names %s", (_what, changes, expected) => {
    expect(problems(changes)).toEqual([expect.stringContaining(expected)]);
  });

  test("is lines for a person", () => {
    const document = status({
      containers: [
        { service: "migration", container: "m", release: null, state: "exited", exitCode: 0, since: now },
      ],
      schedules: [{ job: "x", exitCode: 1, message: HOSTILE, ended: null }],
      backups: [
        { set: "db_1", kind: "db", number: 1, ended: now, bytes: 1024, verified: { ok: true, seconds: 3 } },
      ],
      deploy: [{ owner: HOSTILE, started: now }],
      host: {
        ...values.host,
        disks: [{ mount: "/", usedPercent: null, freeBytes: 1024, sizeBytes: 2048, inodesUsedPercent: 1 }],
      },
    });
    const lines = (name: string, input: unknown = document): unknown[] =>
      jq(`status-${name}.jq`, { input: [input] });
    expect(lines("services")).toEqual([
      "web\tweb\tr1\trunning\thealthy\t0\t0s\t1 %\t2 MiB of 4 MiB\t-",
      "migration\tjob\t-\texited\tdone\t-\t0s\t-\t-\t-",
    ]);
    expect(lines("host")).toEqual([
      "host      vm1, up 1m 0s",
      "load      1 2 3 on 2 CPUs",
      "memory    0 KiB of 0 KiB available",
      "disk      /: 1 KiB of 2 KiB free, ? % full, 1 % of inodes",
    ]);
    expect(lines("deploy")).toEqual([`deploy    under way since 0s by ${HOSTILE}`]);
    expect(lines("deploy", status())).toEqual([]);
    expect((lines("schedules")[0] as string).split("\t").slice(0, 3)).toEqual(["x", "failed", "-"]);
    expect(lines("schedules")[0]).not.toContain("\n");
    expect(lines("backups")).toEqual(["db_1\t0s\t1 KiB\trestored in 3 s"]);
    expect(lines("problems")).toEqual([
      "1 problem(s):",
      `- the scheduled job x failed (exit code 1): ${HOSTILE}\n    expected exit code 0; read its log, and run it by hand`,
    ]);
    expect(lines("problems", status())).toEqual(["all is well"]);
  });
});

describe("of probes", () => {
  test("probe-answer.jq takes a body as JSON where it is some", () => {
    const answer = (body: string): unknown =>
      (jq("probe-answer.jq", { values: { healthy: false, message: HOSTILE, body } })[0] as { body: unknown })
        .body;
    expect(answer("")).toBeNull();
    expect(answer('{"a":1}')).toEqual({ a: 1 });
    expect(answer(HOSTILE)).toBe(HOSTILE);
  });

  test("checks-in-words.jq takes checks in any form", () => {
    const checks = { database: "up", redis: { status: "down", error: "timeout" }, disk: {} };
    expect(jq("checks-in-words.jq", { input: [{ checks }] })).toEqual([
      "database up, redis down (timeout), disk ?",
    ]);
    expect(jq("checks-in-words.jq", { input: [{}] })).toEqual([""]);
    expect(() => jq("checks-in-words.jq", { input: [HOSTILE] })).toThrow();
  });

  test("probe-target.jq has a word for each column", () => {
    const missing = { id: null, state: "missing", address: "", probe: { kind: "http", path: HOSTILE } };
    expect((jq("probe-target.jq", { input: [missing] })[0] as string).split("\t")).toEqual([
      ...["-", "missing", "http", "-", "-", expect.not.stringContaining("\n") as string],
    ]);
    const gateway = {
      id: "x",
      state: "running",
      address: "172.18.0.9",
      probe: { kind: "gateway", address: "127.0.0.1", port: 80 },
    };
    expect(jq("probe-target.jq", { input: [gateway] })).toEqual(["x\trunning\tgateway\t127.0.0.1\t80\t-"]);
  });

  test("probe-outcome.jq and the lines for a person", () => {
    const [outcome] = jq("probe-outcome.jq", {
      input: [{ service: "web", instance: "web", tier: "web", container: "c", needs: [] }],
      values: { outcome: { healthy: false, message: "no", body: { error: HOSTILE } }, milliseconds: 12 },
    });
    expect(outcome).toEqual({
      ...{ service: "web", instance: "web", tier: "web", container: "c", release: null, healthy: false },
      ...{ message: "no", body: { error: HOSTILE }, milliseconds: 12 },
    });
    const input = [
      { services: [outcome, { instance: "nginx", healthy: true, milliseconds: 3, message: HOSTILE }] },
    ];
    const table = jq("health-table.jq", { input }) as string[];
    expect(table.map((line) => line.split("\t").slice(0, 3))).toEqual([
      ["web", "no", "12 ms"],
      ["nginx", "yes", "3 ms"],
    ]);
    expect(jq("health-details.jq", { input })).toEqual([
      "\nweb answered:",
      JSON.stringify({ error: HOSTILE }),
      "\nweb: see emaintenance logs web --since 10m; emaintenance restart web",
    ]);
  });

  test("log-sources.jq numbers the chosen services", () => {
    const input = [
      [
        { service: "web", id: null },
        { service: "nginx", id: "n" },
        { service: HOSTILE, id: "h" },
      ],
    ];
    expect(jq("log-sources.jq", { input, values: { names: ["nginx", "web"] } })).toEqual([
      "1\tweb\t-",
      "0\tnginx\tn",
    ]);
  });
});

describe("of the maintenance page", () => {
  const state = (written: string): unknown =>
    jq("maintenance-state.jq", { values: { written, changed: "2026-11-29T00:00:00Z", owner: "root" } })[0];

  test("maintenance-state.jq believes what it is told, and else the file", () => {
    expect(state(JSON.stringify({ since: "s", by: HOSTILE, text: HOSTILE }))).toEqual({
      ...{ on: true, since: "s", by: HOSTILE, text: HOSTILE },
    });
    expect(state(HOSTILE)).toEqual({ on: true, since: "2026-11-29T00:00:00Z", by: "root", text: "" });
    expect(state("")).toMatchObject({ by: "root" });
  });

  test("maintenance-words.jq", () => {
    const words = (changes: object): unknown =>
      jq("maintenance-words.jq", { input: [{ on: true, since: "s", by: "me", text: "", ...changes }] })[0];
    expect(words({})).toBe("visitors see the maintenance page since s, by me");
    expect(words({ text: HOSTILE })).toBe(`visitors see the maintenance page since s, by me: ${HOSTILE}`);
    expect(words({ on: false })).toBe("visitors reach the system");
  });
});

describe("of releases", () => {
  const record = (name: string, ended: string, id: string, changes: object = {}) => ({
    ...{ name, ended, who: HOSTILE, result: "good", current: false, verify: null, images: { web: { id } } },
    ...changes,
  });
  const [all] = jq("releases.jq", {
    input: [
      [
        record("old", "1", "sha256:1", { verify: { well: false, failed: ["login", HOSTILE] } }),
        record("new", "2", "sha256:2", { current: true, verify: { well: true, passed: ["a", "b"] } }),
        record("none", "0", "", { images: {} }),
      ],
    ],
    values: { here: ["sha256:2"], running: { web: "sha256:2" } },
  }) as [{ name: string; imagesHere: boolean; serving: boolean }[]];

  test("releases.jq says which images are here, and which release serves", () => {
    expect(all.map(({ name, imagesHere, serving }) => [name, imagesHere, serving])).toEqual([
      ["new", true, true],
      ["old", false, false],
      ["none", false, false],
    ]);
  });

  test("releases-table.jq is a line for each", () => {
    const rows = (jq("releases-table.jq", { input: [all] }) as string[]).map((line) => line.split("\t"));
    expect(rows.map((row) => row.length)).toEqual([7, 7, 7]);
    expect(rows.map((row) => [row[0], row[1], row[6]])).toEqual([
      ["*", "new", "yes"],
      [" ", "old", "no"],
      [" ", "none", "no"],
    ]);
    expect(rows.map((row) => row[5]?.slice(0, 15))).toEqual(["2 passed", "failed: login, ", "-"]);
  });

  test("version.jq and version-words.jq", () => {
    const container = (release: string | null, tier = "api", state = "running") => ({ release, tier, state });
    const [one] = jq("version.jq", {
      input: [
        [
          container("r1"),
          container("r1", "web"),
          container("nginx:1", "gateway"),
          container("r0", "api", "exited"),
        ],
      ],
      values: { scripts: "abc", changed: "" },
    });
    expect(one).toEqual({ releases: ["r1"], scripts: "abc", changed: [] });
    expect(jq("version-words.jq", { input: [one] })).toEqual(["release r1", "scripts abc"]);
    const [other] = jq("version.jq", {
      input: [[container(null)]],
      values: { scripts: "abc", changed: `a\n${"b"}` },
    });
    expect(jq("version-words.jq", { input: [other] })).toEqual([
      ...["release not written down", "scripts abc, of which were changed by hand:", "  a", "  b"],
    ]);
    expect(jq("version-words.jq", { input: [{ releases: [], scripts: "abc", changed: [] }] })[0]).toBe(
      "release none: no service runs",
    );
  });
});

describe("of the safety check", () => {
  const containers = [
    { service: "web", container: "emaintenance-web", state: "exited", created: "1", imageId: "sha256:1" },
    { service: "web", container: "emaintenance-web-2", state: "running", created: "2", imageId: "sha256:2" },
    {
      service: "nginx",
      container: "emaintenance-nginx",
      state: "created",
      created: "1",
      imageId: "sha256:3",
    },
    {
      service: "migration",
      container: "emaintenance-migration",
      state: "exited",
      created: "1",
      imageId: "x",
    },
    { service: HOSTILE, container: HOSTILE, state: "exited", created: "1", imageId: "x" },
  ];
  const of = (name: string): unknown[] => jq(name, { input: [containers], values: { system } });

  test("stopped-containers.jq, finished-jobs.jq and deployed-images.jq know this project's", () => {
    expect(of("stopped-containers.jq")).toEqual(["emaintenance-web\texited", "emaintenance-nginx\tcreated"]);
    expect(of("finished-jobs.jq")).toEqual(["emaintenance-migration"]);
    expect(of("deployed-images.jq")).toEqual(["web\tsha256:2"]);
  });

  test("foreign-ports.jq leaves out this project's", () => {
    const other = (name: string, ports: object, labels: object | null = null) => ({
      Name: `/${name}`,
      State: { Status: "exited" },
      Config: { Labels: labels },
      NetworkSettings: { Ports: {} },
      HostConfig: { PortBindings: ports },
    });
    const input = [
      [other("other", { "80/tcp": [{ HostPort: "3030" }, { HostPort: "" }], "81/tcp": null })],
      [other("own", { "80/tcp": [{ HostPort: "3030" }] }, { "emaintenance.service": "web" })],
    ];
    expect(jq("foreign-ports.jq", { input, values: { system } })).toEqual(["3030\tother\texited"]);
  });

  test("safety-disks.jq tells a warning from an error", () => {
    const disks = [
      { mount: "/", usedPercent: 85, inodesUsedPercent: null },
      { mount: "/data", usedPercent: 10, inodesUsedPercent: 90 },
      { mount: "/boot", usedPercent: 79, inodesUsedPercent: 79 },
    ];
    expect(jq("safety-disks.jq", { input: [disks], values: { system } })).toEqual([
      "warning\tthe disk of / is 85 % full\t/",
      "error\t90 % of the inodes of /data are used\t/data",
    ]);
  });

  describe("safety-backups.jq", () => {
    const now = new Date().toISOString();
    const backup = (changes: object) => ({
      set: "db_1",
      kind: "db",
      ended: now,
      broken: null,
      verified: { ok: true },
      ...changes,
    });
    const findings = (...backups: object[]): [string, string][] =>
      (
        jq("safety-backups.jq", { input: [backups], values: { folder: "/backups", limit: "26" } }) as {
          severity: string;
          what: string;
        }[]
      ).map(({ severity, what }) => [severity, what]);

    test.each([
      ["none at all", [], "notice", "there is no backup in /backups yet"],
      ["an old one", [backup({ ended: "2020-01-01T00:00:00Z" })], "error", "hours old"],
      [
        "one that failed",
        [backup({ verified: { ok: false, message: HOSTILE } })],
        "error",
        `db_1, failed its verification: ${HOSTILE}`,
      ],
      [
        "a broken one",
        [backup({}), backup({ set: "db_0", broken: HOSTILE })],
        "warning",
        `the backup db_0 in /backups is broken: ${HOSTILE}`,
      ],
    ])("with %s", (_what, backups, severity, what) => {
      expect(findings(...backups)).toEqual([[severity, expect.stringContaining(what)]]);
    });

    test("wants one that was restored within a week", () => {
      const first = backup({ ended: "2020-01-01T00:00:00Z", verified: null });
      expect(findings(backup({ verified: null }), first)).toEqual([
        ["warning", "no backup of the database was ever restored to verify it"],
      ]);
      expect(findings(backup({}), first)).toEqual([]);
    });
  });

  test("safety-result.jq and safety-table.jq, the worst first", () => {
    const finding = (severity: string) => ({
      severity,
      check: "disks",
      what: HOSTILE,
      expected: "e",
      remedy: "m",
    });
    const result = (
      strict: string,
      ...severities: string[]
    ): { safe: boolean; findings: { severity: string }[] } =>
      jq("safety-result.jq", {
        input: severities.map(finding),
        options: ["-s"],
        values: { strict },
      })[0] as never;
    expect(result("", "notice", "warning")).toMatchObject({ safe: true });
    expect(result("1", "notice", "warning")).toMatchObject({ safe: false });
    expect(result("", "notice", "error", "warning").findings.map(({ severity }) => severity)).toEqual([
      ...["error", "warning", "notice"],
    ]);
    const lines = jq("safety-table.jq", { input: [result("", "error")] }) as string[];
    expect(lines[0]).toMatch(/^error\tdisks\t/);
    expect(lines[0]).not.toContain("\n");
    expect(lines[1]).toBe("!                     expected e; m");
  });
});
