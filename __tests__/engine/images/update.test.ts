import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lib/run";
import { updateImages } from "../../../scripts/images/update";
import { temporaryFolder } from "../../support/temporary-folder";
import { privateRegistry, type PrivateRegistry } from "../plugins/support/registry";

jest.setTimeout(120_000);

let registry: PrivateRegistry;
beforeAll(async () => {
  registry = await privateRegistry();
});
afterAll(async () => {
  const { address, digests } = registry;
  const names = [`${address}/app:many`, `${address}/app:1`, `${address}/app@${digests.many}`];
  await run(["docker", "rmi", ...names], { allowFailure: true });
  await registry.close();
});

/** Pins what is in a file; Docker has the registry's login. */
function update(images: object, write = true) {
  const { address, username, password } = registry;
  const folder = temporaryFolder();
  const file = join(folder, "images.json");
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const login = { auths: { [address]: { auth } } };
  writeFileSync(join(folder, "config.json"), JSON.stringify(login));
  writeFileSync(file, JSON.stringify(images));
  const said: string[] = [];
  const changed = updateImages({
    file,
    write,
    say: (line) => said.push(line),
    env: { DOCKER_CONFIG: folder, DOCKER_CLI_EXPERIMENTAL: "enabled" },
    inspectOptions: ["--insecure"],
  });
  return { changed, said, text: () => JSON.parse(readFileSync(file, "utf8")) as Record<string, string> };
}

test("an image is pinned to the digest that its tag has, and then is current", async () => {
  const { address, digests } = registry;
  const old = `${address}/app:many@sha256:${"0".repeat(64)}`;
  const pinned = `${address}/app:many@${digests.many}`;

  const first = update({ app: old });
  expect(await first.changed).toBe(1);
  expect(first.said).toEqual([`app: ${old} -> ${pinned}`]);
  expect(first.text()).toEqual({ app: pinned });

  const second = update({ app: pinned });
  expect(await second.changed).toBe(0);
  expect(second.said).toEqual([`app: ${pinned} is current`]);
});

test("a check alone writes nothing", async () => {
  const tag = `${registry.address}/app:many`;
  const { changed, text } = update({ app: tag }, false);

  expect(await changed).toBe(1);
  expect(text()).toEqual({ app: tag });
});

test("an image for one architecture only is refused, and nothing is written", async () => {
  const images = { app: `${registry.address}/app:many`, other: `${registry.address}/app:1` };
  const { changed, text } = update(images);

  await expect(changed).rejects.toThrow(
    `${images.other} is not there for amd64 and arm64. Expected an image for amd64 and arm64. Nothing was changed; choose another tag.`,
  );
  expect(text()).toEqual(images);
});

test("an image that cannot be pulled is named with Docker's reason, and nothing is written", async () => {
  const images = { app: `${registry.address}/none:1@sha256:${"0".repeat(64)}` };
  const { changed, text } = update(images);

  await expect(changed).rejects.toThrow(
    /none:1 cannot be had: .+\. Expected a Docker Engine that reaches its registry\./,
  );
  expect(text()).toEqual(images);
});
