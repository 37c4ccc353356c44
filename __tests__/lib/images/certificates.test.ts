import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { certificates, writeCertificates } from "../../../lib/images/certificates";
import { temporaryFolder } from "../../support/temporary-folder";

const certificate = (content: string) =>
  `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;

test("certificates are read in one spelling, each once, without the text around them", () => {
  const bundle = `# Authority\n${certificate("AAA")}junk\n${certificate("BBB").replace(/\n/g, "\r\n")}${certificate("AAA")}`;
  expect(certificates(bundle)).toEqual([certificate("AAA"), certificate("BBB")]);
});

test("each certificate is written to a file of its own", async () => {
  const folder = join(temporaryFolder(), "certificates");
  await writeCertificates(folder, [certificate("AAA"), certificate("BBB")]);
  expect(readdirSync(folder).sort()).toEqual(["machine-1.crt", "machine-2.crt"]);
  expect(readFileSync(join(folder, "machine-2.crt"), "utf8")).toBe(certificate("BBB"));
});
