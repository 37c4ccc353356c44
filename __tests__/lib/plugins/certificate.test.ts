import { createPrivateKey, X509Certificate } from "node:crypto";
import { selfSignedCertificate } from "../../../lib/plugins/protocol/certificate";

const now = new Date("2031-02-03T04:05:06Z");
const made = selfSignedCertificate(now);
const certificate = new X509Certificate(made.pem);

test("it is for localhost, which is what Terraform's plugin client asks for", () => {
  expect(certificate.checkHost("localhost")).toBe("localhost");
});

test("it signs itself, as the only authority that Terraform accepts for the plugin", () => {
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
});

test("its private key belongs to it", () => {
  expect(certificate.checkPrivateKey(createPrivateKey(made.privateKey))).toBe(true);
});

test("it is valid from the day before, for clocks that differ, for a year", () => {
  expect(new Date(certificate.validFrom).toISOString()).toBe("2031-02-02T04:05:06.000Z");
  expect(new Date(certificate.validTo).toISOString()).toBe("2032-02-03T04:05:06.000Z");
});

test("the handshake's form is the same certificate", () => {
  expect(new X509Certificate(made.der).fingerprint256).toBe(certificate.fingerprint256);
});
