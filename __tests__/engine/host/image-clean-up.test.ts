import { mkdirSync, writeFileSync } from "node:fs";
import { JobHost } from "../../support/job-host";

jest.setTimeout(60_000);

const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY).toISOString();

interface FakeImage {
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly taggedDaysAgo: number;
}

/** An engine with these images and containers, which notes what is removed. */
class StoringHost extends JobHost {
  constructor(
    images: readonly FakeImage[],
    containers: Readonly<Record<string, string>> = {},
    used: string[] = [],
    stages: readonly { readonly id: string; readonly daysAgo: number }[] = [],
    /** Images under names of others. */
    others: readonly { readonly id: string }[] = [],
  ) {
    super();
    this.install("clean-up/images.sh", "jobs/image-clean-up/run.sh");
    const rows = images.map(({ id, repository, tag }) => `${id}\t${repository}\t${tag}`);
    const tagged = images.map(
      ({ id, taggedDaysAgo }) =>
        `'${id}') printf '%s\\t%s\\n' '${daysAgo(taggedDaysAgo)}' '${daysAgo(400)}' ;;`,
    );
    const created = stages.map(({ id, daysAgo: days }) => `'${id}') echo '${daysAgo(days)}' ;;`);
    const described = Object.entries(containers).map(([id, row]) => `'${id}') printf '%b\\n' '${row}' ;;`);
    this.program(
      "docker",
      `last="\${@: -1}"
       case "$*" in
         "images --no-trunc --format {{.ID}}") printf '%s\\n' ${[...images, ...others].map(({ id }) => id).join(" ")} ;;
         "system df"*) printf '%s 12.5MB\\n' ${images.map(({ id }) => id).join(" ")} ;;
         "inspect --size"*) echo 1048576 ;;
         "images --quiet"*) printf '%s\\n' ${stages.map(({ id }) => id).join(" ")} | sed '/^$/d' ;;
         "images "*) printf '%s\\n' ${rows.map((row) => `$'${row.replace(/\t/g, "\\t")}'`).join(" ")} ;;
         "image inspect --format {{.Created}}"*) case "$last" in ${created.join("\n")} esac ;;
         "image inspect"*) case "$last" in ${tagged.join("\n")} esac ;;
         "ps --all --quiet --filter"*) printf '%s\\n' ${Object.keys(containers).join(" ")} | sed '/^$/d' ;;
         "ps --all --quiet") echo any ;;
         "inspect --format {{.Image}}"*) printf '%s\\n' ${used.join(" ")} ;;
         "inspect"*) case "$last" in ${described.join("\n")} esac ;;
         "rm "* | "rmi "*) echo "$*" >> '${this.path("removed")}' ;;
         *) echo "unexpected: $*" >&2; exit 1 ;;
       esac`,
    );
  }

  cleanUp(args: readonly string[] = []) {
    return this.run("jobs/image-clean-up/run.sh", args, {
      OLDER_THAN_DAYS: "14",
      KEEP_TAGS: "2",
      REPOSITORY_PREFIX: "emaintenance/",
      RELEASES: this.path("releases"),
      LABEL: "emaintenance.service",
      BUILD_LABEL: "emaintenance.build",
      CONTAINER_PREFIX: "emaintenance-",
    });
  }

  get removed(): string[] {
    return this.lines("removed");
  }
}

const image = (repository: string, tag: string, taggedDaysAgo: number, id = `sha256:${tag}`): FakeImage => ({
  id,
  repository,
  tag,
  taggedDaysAgo,
});

describe("the clean-up of images", () => {
  const web = [40, 30, 20, 10].map((days) => image("emaintenance/web", `${days}-days`, days));

  test("keeps what a good release needs that one can roll back to, however old", async () => {
    const host = new StoringHost(web);
    const record = (result: string, tag: string) =>
      JSON.stringify({ result, images: { web: { reference: "any", id: `sha256:${tag}`, digest: null } } });
    for (const [name, text] of [
      ["1", record("good", "40-days")],
      ["2", record("failed", "30-days")],
    ] as const) {
      mkdirSync(host.path(`releases/${name}`), { recursive: true });
      writeFileSync(host.path(`releases/${name}/release.json`), text);
    }

    const { code } = await host.cleanUp();

    expect(code).toBe(0);
    expect(host.removed).toEqual(["rmi emaintenance/web:30-days"]);
  });

  test("keeps the newest tags of each image, and what is young", async () => {
    const host = new StoringHost([...web, image("emaintenance/user-service", "50-days", 50)]);
    const { code, stdout } = await host.cleanUp();

    expect(code).toBe(0);
    expect(host.removed).toEqual(["rmi emaintenance/web:30-days", "rmi emaintenance/web:40-days"]);
    expect(stdout.trim().split("\n").at(-1)).toBe("2 images and 0 containers removed");
  });

  test("keeps an image that any container uses, running or not", async () => {
    const host = new StoringHost(web, {}, ["sha256:40-days"]);
    await host.cleanUp();
    expect(host.removed).toEqual(["rmi emaintenance/web:30-days"]);
  });

  test("removes an old image that was pulled by its digest, by its id", async () => {
    const host = new StoringHost([...web.slice(2), image("emaintenance/web", "<none>", 60, "sha256:digest")]);
    await host.cleanUp();
    expect(host.removed).toEqual(["rmi sha256:digest"]);
  });

  test("removes what old builds left behind", async () => {
    const stages = [
      { id: "sha256:old", daysAgo: 20 },
      { id: "sha256:young", daysAgo: 2 },
    ];
    const host = new StoringHost([], {}, [], stages);
    await host.cleanUp();
    expect(host.removed).toEqual(["rmi sha256:old"]);
  });

  test("touches nothing that is not of this project", async () => {
    const host = new StoringHost([
      ...[90, 80, 70, 60].map((days) => image("registry.example/emaintenance/web", `${days}-days`, days)),
      ...[90, 80, 70, 60].map((days) => image("postgres", `${days}-days`, days)),
    ]);
    await host.cleanUp();
    expect(host.removed).toEqual([]);
  });

  test("only says what it would do, when asked to", async () => {
    const host = new StoringHost(web);
    const { stdout } = await host.cleanUp(["--dry-run"]);
    expect(stdout.split("\n")).toEqual([
      "would remove the image emaintenance/web:30-days",
      "would remove the image emaintenance/web:40-days",
      "would free at least 24 MiB",
      "",
    ]);
    expect(host.removed).toEqual([]);
  });

  test("does not count what stays under another name", async () => {
    const host = new StoringHost(web, {}, [], [], [{ id: "sha256:40-days" }]);
    expect((await host.cleanUp(["--dry-run"])).stdout).toContain("would free at least 12 MiB\n");
  });

  test("says so when nothing would go", async () => {
    const { code, stdout } = await new StoringHost(web.slice(2)).cleanUp(["--dry-run"]);
    expect([code, stdout]).toEqual([0, "nothing would be removed\n"]);
  });
});

describe("the clean-up of containers", () => {
  const row = (name: string, service: string, days: number) =>
    `/${name}\\t${service}\\t${daysAgo(400)}\\t${daysAgo(days)}`;

  test("removes what a release retired long ago, and never the deployment's own or a volume", async () => {
    const host = new StoringHost([], {
      c1: row("emaintenance-web-0123456789ab", "web", 20),
      c2: row("emaintenance-web-ba9876543210", "web", 2),
      c3: row("emaintenance-migration", "migration", 100),
      c4: row("emaintenance-postgres", "postgres", 100),
    });
    expect((await host.cleanUp(["--dry-run"])).stdout).toBe(
      "would remove the container emaintenance-web-0123456789ab\nwould free at least 1 MiB\n",
    );
    expect(host.removed).toEqual([]);

    const { stdout } = await host.cleanUp();
    expect(host.removed).toEqual(["rm c1"]);
    expect(stdout).toContain("removed the container emaintenance-web-0123456789ab\n");
  });
});

describe("the clean-up, called wrongly", () => {
  test("says what is wrong", async () => {
    const { code, stderr } = await new StoringHost([]).cleanUp(["--all"]);
    expect([code, stderr]).toEqual([2, "unknown option --all: see --help\n"]);
  });
});
