import { createSign, generateKeyPairSync, randomBytes } from "node:crypto";

export interface Certificate {
  readonly der: Buffer;
  readonly pem: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

/** DER tags (X.690). */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
/** The bodies of object identifiers, in hexadecimal. */
const OID = {
  commonName: "550403",
  ecdsaWithSha256: "2a8648ce3d040302",
  keyUsage: "551d0f",
  extendedKeyUsage: "551d25",
  basicConstraints: "551d13",
  subjectAltName: "551d11",
  serverAuth: "2b06010505070301",
  clientAuth: "2b06010505070302",
};
const TRUE = Buffer.from([0x01, 0x01, 0xff]);
/** digitalSignature and keyCertSign, as a bit string: two unused bits, then the bits. */
const KEY_USAGE = Buffer.from([0x03, 0x02, 0x02, 0x84]);
const DAY_MILLISECONDS = 86_400_000;

/**
 * A certificate for `localhost` that signs itself, for one run of a plugin: Terraform learns it from the handshake and
 * accepts no other. node:crypto makes keys but no certificates, hence the DER by hand.
 */
export function selfSignedCertificate(now = new Date()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(
    element(TAG.set, sequence(oid(OID.commonName), element(TAG.utf8, Buffer.from("localhost")))),
  );
  const validity = sequence(
    time(now.getTime() - DAY_MILLISECONDS),
    time(now.getTime() + 365 * DAY_MILLISECONDS),
  );
  const body = sequence(
    tagged(0, Buffer.from([TAG.integer, 1, 2])),
    element(TAG.integer, serialNumber()),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, extensions()),
  );
  const signature = createSign("sha256").update(body).sign(privateKey);
  const der = sequence(body, algorithm, element(TAG.bits, Buffer.from([0]), signature));
  return { der, pem: toPem(der), privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function extensions(): Buffer {
  return sequence(
    sequence(oid(OID.keyUsage), TRUE, element(TAG.octets, KEY_USAGE)),
    sequence(
      oid(OID.extendedKeyUsage),
      element(TAG.octets, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
    ),
    sequence(oid(OID.basicConstraints), TRUE, element(TAG.octets, sequence(TRUE))),
    sequence(oid(OID.subjectAltName), element(TAG.octets, sequence(element(0x82, Buffer.from("localhost"))))),
  );
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  // Positive, and with no leading zero byte: DER wants the shortest form.
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x01, 0);
  return bytes;
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

function sequence(...parts: Buffer[]): Buffer {
  return element(TAG.sequence, ...parts);
}

function tagged(number: number, content: Buffer): Buffer {
  return element(0xa0 + number, content);
}

function oid(hex: string): Buffer {
  return element(TAG.oid, Buffer.from(hex, "hex"));
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, "").slice(0, 14);
  return element(TAG.time, Buffer.from(`${digits}Z`));
}

function toPem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
