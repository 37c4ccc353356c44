import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipe, run, which } from "../../../../lib/run";
import { docker, removeQuietly, uniqueName } from "./engine";

const CACHE = join(__dirname, "../../../../.rehearsal/cache");
const PROGRAMS = [
  "sh",
  "sleep",
  "cat",
  "echo",
  "find",
  "httpd",
  "id",
  "kill",
  "test",
  "touch",
  "trap",
  "true",
  "wget",
];

/** An image of 2 MB for one file of tests: a static busybox that sleeps. It is gone after the last test of the file. */
export function tinyImage(): { readonly name: () => string; readonly id: () => string } {
  const name = uniqueName("image");
  let id = "";
  beforeAll(async () => {
    id = await buildTinyImage(name);
  });
  afterAll(() => removeQuietly("image", name));
  return { name: () => name, id: () => id };
}

async function buildTinyImage(name: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "emaintenance-test-image-"));
  try {
    for (const folder of ["bin", "tmp", "www"]) mkdirSync(join(root, folder));
    copyFileSync(await staticBusybox(), join(root, "bin/busybox"));
    for (const program of PROGRAMS) symlinkSync("busybox", join(root, "bin", program));
    const config = ["--change", 'CMD ["sleep", "600"]', "--change", "ENV PATH=/bin"];
    await pipe(["tar", "-C", root, "-c", "."], ["docker", "import", ...config, "-", name]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return docker("image", "inspect", "--format", "{{.Id}}", name);
}

/** From Debian's package busybox-static, installed or downloaded once; elsewhere from the official image. */
async function staticBusybox(): Promise<string> {
  const cached = join(CACHE, "busybox");
  if (existsSync(cached)) return cached;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, ".busybox-"));
  try {
    if (await which("apt-get")) await unpackPackage(work);
    else await copyFromImage(work);
    copyFileSync(join(work, "bin/busybox"), cached);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return cached;
}

async function unpackPackage(work: string): Promise<void> {
  const download = () => run(["apt-get", "download", "busybox-static"], { cwd: work, timeoutSeconds: 120 });
  await download().catch(async () => {
    await run(["apt-get", "update"], { timeoutSeconds: 300 });
    await download();
  });
  const archive = readdirSync(work).find((file) => file.endsWith(".deb"));
  if (archive === undefined) throw new Error("apt-get download left no package");
  await run(["dpkg-deb", "--extract", join(work, archive), work]);
  // Debian 13 merged /bin into /usr/bin.
  if (!existsSync(join(work, "bin"))) symlinkSync("usr/bin", join(work, "bin"));
}

async function copyFromImage(work: string): Promise<void> {
  const container = await docker("create", "busybox:stable-musl");
  try {
    await docker("cp", `${container}:/bin`, work);
  } finally {
    await removeQuietly("container", container);
  }
}
