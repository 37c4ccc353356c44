import { readdir, readFile, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];
const DEBIAN_AUTHORITIES = "/usr/share/ca-certificates/mozilla";

/**
 * The authorities that this machine trusts beyond the usual ones (a company's proxy, say), as PEM texts: without them,
 * nothing inside an image could fetch a package through that proxy.
 */
export async function extraCertificates(): Promise<string[]> {
  const usual = new Set([...rootCertificates, ...(await debianAuthorities())].flatMap(certificates));
  return certificates(await machineBundle()).filter((certificate) => !usual.has(certificate));
}

/** Every certificate of a PEM text, in one spelling, so that equal ones compare equal. */
export function certificates(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(blocks.map((block) => block.replace(/\r/g, "").replace(/[ \t]+$/gm, "") + "\n"))];
}

/** Writes each certificate to a file of its own, as `update-ca-certificates` wants them. */
export async function writeCertificates(folder: string, pems: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    pems.map((pem, index) => writeFile(join(folder, `machine-${index + 1}.crt`), pem, { mode: 0o644 })),
  );
}

async function machineBundle(): Promise<string> {
  const named = [process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE];
  const paths = [...named, ...BUNDLES].filter((path) => path !== undefined);
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
  return texts.join("\n");
}

async function debianAuthorities(): Promise<string[]> {
  const names = await readdir(DEBIAN_AUTHORITIES).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(DEBIAN_AUTHORITIES, name), "utf8")));
}
