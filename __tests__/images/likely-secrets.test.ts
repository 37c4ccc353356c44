import { likelySecret } from "../../constructs/images/likely-secrets";

const look = (path: string, text = "") => likelySecret(path, Buffer.from(text));

/** Put together here, so that no scanner takes this file for what it tests. */
const BEGIN = ["-----BEGIN", "PRIVATE KEY-----"];
const token = (prefix: string, length: number) => prefix + "a1B2".repeat(length / 4);

describe("a file that must not get into an image is known", () => {
  test.each([
    [".env", "settings of one place, with its secrets"],
    ["apps/web/.env.production", "settings of one place, with its secrets"],
    ["deploy/prod.tfvars", "values of Terraform variables"],
    ["deploy/prod.auto.tfvars.json", "values of Terraform variables"],
    ["terraform.tfstate", "a Terraform state"],
    ["terraform.prod.tfstate.backup", "a Terraform state"],
    ["keys/id_ed25519", "a private SSH key"],
    ["keys/server.p12", "a store of keys"],
    [".netrc", "logins"],
    ["home/.docker/config.json", "logins to registries"],
    ["home/.aws/credentials", "logins to AWS"],
    ["home/.kube/config", "a login to a cluster"],
  ])("by its name: %s", (path, what) => {
    expect(look(path)).toBe(what);
  });

  test.each([
    ["tls.pem", `${BEGIN.join(" ")}\nMIIEvQIBADANBgkqhkiG9w0B\n`, "a private key"],
    ["tls.pem", `${BEGIN.join(" RSA ")}\nMIIEvQIBADANBgkqhkiG9w0B\n`, "a private key"],
    ["google.json", `{"private_key": "${BEGIN.join(" ")}\\nMIIEvQIBADANBgkqhkiG"}`, "a private key"],
    [".npmrc", "//registry.example.com/:_authToken=abc123", "a login to a package registry"],
    [".npmrc", "_auth = YWJj", "a login to a package registry"],
    ["config.ts", `const key = "${"AKIA" + "ABCDEFGHIJKLMNOP"}"`, "a key of AWS"],
    ["config.ts", token("ghp_", 36), "a token of GitHub"],
    ["config.ts", token("github_pat_", 40), "a token of GitHub"],
    ["config.ts", token("glpat-", 20), "a token of GitLab"],
    ["config.ts", token("npm_", 36), "a token of npm"],
    ["config.ts", token("xoxb-", 24), "a token of Slack"],
    ["config.ts", token("sk_live_", 24), "a key of Stripe"],
    ["config.ts", token("dckr_pat_", 24), "a token of Docker Hub"],
  ])("by what is in it: %s, %#", (path, text, what) => {
    expect(look(path, text)).toBe(what);
  });

  test.each([
    [".env.example", "JWT_SECRET="],
    ["id_ed25519.pub", "ssh-ed25519 AAAA"],
    ["certificate.pem", "-----BEGIN CERTIFICATE-----\nMIIB"],
    [".npmrc", "//registry.example.com/:_authToken=${NPM_TOKEN}"],
    ["docs.md", `a key starts with ${BEGIN.join(" ")} and so on`],
    ["environment.ts", "export const env = process.env;"],
    ["logo.png", `\u0089PNG\0${token("ghp_", 36)}`],
  ])("but not %s", (path, text) => {
    expect(look(path, text)).toBeUndefined();
  });
});
