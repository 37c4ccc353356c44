import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

const INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

const digest = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/**
 * A registry on this machine that wants a login, with one image, `app:1`, which the index `app:many` names for two architectures.
 */
export interface PrivateRegistry {
  readonly address: string;
  readonly username: string;
  readonly password: string;
  /** By tag. */
  readonly digests: Readonly<Record<"1" | "many", string>>;
  readonly close: () => Promise<void>;
}

/** As much of the distribution protocol as a pull needs. */
export async function privateRegistry(): Promise<PrivateRegistry> {
  const [username, password] = ["reader", "only/for:a test"];
  const layer = Buffer.alloc(1024);
  const packed = gzipSync(layer);
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["/none"] },
      rootfs: { type: "layers", diff_ids: [digest(layer)] },
    }),
  );
  const part = (mediaType: string, content: Buffer) => ({
    mediaType: `application/vnd.docker.${mediaType}`,
    size: content.length,
    digest: digest(content),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: part("container.image.v1+json", config),
      layers: [part("image.rootfs.diff.tar.gzip", packed)],
    }),
  );
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: ["amd64", "arm64"].map((architecture) => ({
        mediaType: MANIFEST,
        size: manifest.length,
        digest: digest(manifest),
        platform: { architecture, os: "linux" },
      })),
    }),
  );
  const answers = new Map<string, [string, Buffer]>([
    ["/v2/", ["application/json", Buffer.from("{}")]],
    ["/v2/app/manifests/1", [MANIFEST, manifest]],
    [`/v2/app/manifests/${digest(manifest)}`, [MANIFEST, manifest]],
    ["/v2/app/manifests/many", [INDEX, index]],
    [`/v2/app/manifests/${digest(index)}`, [INDEX, index]],
    ...[config, packed].map((blob): [string, [string, Buffer]] => [
      `/v2/app/blobs/${digest(blob)}`,
      ["application/octet-stream", blob],
    ]),
  ]);
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="test"' }).end();
      return;
    }
    const [type, content] = answers.get(request.url ?? "") ?? [undefined, undefined];
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = {
      "Content-Type": type,
      "Content-Length": content.length,
      "Docker-Content-Digest": digest(content),
    };
    response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    // The engine takes this address without TLS.
    address: `127.0.0.1:${port}`,
    username,
    password,
    digests: { "1": digest(manifest), many: digest(index) },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
