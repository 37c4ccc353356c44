import type { TerraformVariableValidationConfig } from "cdktf";
import { expression } from "./expression";

/** What a variable may contain, as Terraform validation blocks: refused at plan, before anything on the host changes. */
type Rule = TerraformVariableValidationConfig;

/** Where a user sets a value; every message ends with it or says something more precise. */
const WHERE = "in terraform.tfvars (terraform.tfvars.example shows all of them)";

const rule = (condition: string, errorMessage: string): Rule => ({
  condition: expression(condition),
  errorMessage,
});

/** The value must be there; a missing one and an empty one read the same. */
export function required(name: string, what: string): Rule {
  return rule(`var.${name} != ""`, `${name} is empty. Expected ${what}. Set it ${WHERE}.`);
}

/**
 * An IPv4 address, an IPv6 address or a host name; emptiness is `required`'s business.
 *
 * @param what which host it is, as the message says it
 */
export function addressOrHostName(name: string, what = "the VM"): Rule {
  const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const value = `var.${name}`;
  const looksNumeric = `can(regex("^[0-9.]+$", ${value}))`;
  const ipv4 = `can(cidrhost("\${${value}}/32", 0))`;
  const ipv6 = `can(cidrhost("\${${value}}/128", 0))`;
  const hostName = `can(regex("^(${label}[.])*${label}$", ${value}))`;
  return rule(
    `${value} == "" || (${looksNumeric} ? ${ipv4} : ${ipv6} || ${hostName})`,
    `${name} is neither an IP address nor a host name. Expected ${what} alone, such as 203.0.113.10 or vm.example.com: no scheme, no port, no path. Correct it ${WHERE}.`,
  );
}

/** Placeholders of the deployment document (5.2), which people forget to replace, and their like. */
const PLACEHOLDERS = ["your_secure_password", "your_jwt_secret_key", "changeme", "change_me", "password"];

/**
 * A secret on one line, of a least length, that is no placeholder. The message never shows the value.
 *
 * @param characters the least length
 * @param how a command that makes a good one
 */
export function secret(name: string, characters: number, how: string): Rule[] {
  const list = PLACEHOLDERS.map((text) => `"${text}"`).join(", ");
  const value = `var.${name}`;
  return [
    rule(
      `${value} == "" || length(${value}) >= ${characters}`,
      `${name} is shorter than ${characters} characters. Expected a secret of at least ${characters}; \`${how}\` makes one. Set it ${WHERE}.`,
    ),
    rule(
      `!contains([${list}], lower(${value})) && !startswith(lower(${value}), "your_")`,
      `${name} is still a placeholder. Expected a secret of your own; \`${how}\` makes one. Set it ${WHERE}.`,
    ),
    // Most often the end of a file that the value was read from. It would break the configuration of Redis.
    rule(
      `!can(regex("[[:cntrl:]]", ${value}))`,
      `${name} holds a line break or another control character. Expected one line; take it out where you set the value, ${WHERE}.`,
    ),
  ];
}

/** No line breaks and no quotes: the value is also a word of a script. */
export function singleLine(name: string): Rule {
  return rule(
    `!can(regex("[[:cntrl:]'\\"\\\\\\\\]", var.${name}))`,
    `${name} holds a quote, a backslash or a control character. Expected one plain line. Correct it ${WHERE}.`,
  );
}

/** `http(s)://host[:port]`, and nothing behind it: the routes add the paths. */
export function originUrl(name: string): Rule {
  const value = `var.${name}`;
  const host = `(\\\\[[0-9A-Fa-f:.]+\\\\]|[A-Za-z0-9.-]+)`;
  const shape = `can(regex("^https?://${host}(:[0-9]+)?$", ${value}))`;
  const port = `try(tonumber(regex(":([0-9]+)$", ${value})[0]), 80)`;
  return rule(
    `${value} == "" || (${shape} && ${port} >= 1 && ${port} <= 65535)`,
    `${name} is not an origin. Expected http:// or https://, a host and perhaps a port from 1 to 65535, with no path and no slash at the end, such as http://203.0.113.10:3030. Correct it ${WHERE}.`,
  );
}

/** A TCP port. */
export function port(name: string): Rule {
  const value = `var.${name}`;
  return rule(
    `${value} >= 1 && ${value} <= 65535 && floor(${value}) == ${value}`,
    `${name} is out of range. Expected an integer from 1 to 65535. Correct it ${WHERE}.`,
  );
}

/** A POSIX login name. Source: useradd(8), NAME_REGEX. */
const USER_NAME = "^[a-z_][a-z0-9_-]{0,31}$";

/** A login name. */
export function userName(name: string): Rule {
  return rule(
    `can(regex("${USER_NAME}", var.${name}))`,
    `${name} is no login name. Expected lower-case letters, digits, - and _, such as deploy. Correct it ${WHERE}.`,
  );
}

/** As `userName`, or empty. */
export function optionalUserName(name: string): Rule {
  return rule(
    `var.${name} == "" || can(regex("${USER_NAME}", var.${name}))`,
    `${name} is no login name. Expected lower-case letters, digits, - and _, such as deploy, or nothing. Correct it ${WHERE}.`,
  );
}

/** A readable private key on the machine that runs Terraform, without passphrase; or nothing, for the ssh-agent. */
export function keyFileOrAgent(name: string): Rule[] {
  const value = `var.${name}`;
  const absolute = `can(regex("^(/|~/)", ${value}))`;
  // A folder makes fileexists fail; it is no key file either.
  const exists = `try(fileexists(pathexpand(${value})), false)`;
  const content = `try(file(pathexpand(${value})), "")`;
  // OpenSSH's own format starts with its name and that of the cipher, in base64; older ones say it in words.
  const openssh = "b3BlbnNzaC1rZXktdjEAAAAA";
  const locked = `strcontains(${content}, "ENCRYPTED") || (strcontains(${content}, "${openssh}") && !strcontains(${content}, "${openssh}BG5vbmU"))`;
  return [
    rule(
      `${value} == "" || ${absolute}`,
      `${name} is not an absolute path. Expected a path that starts with / or ~/, such as ~/.ssh/id_ed25519, or nothing for the keys of your ssh-agent. Correct it ${WHERE}.`,
    ),
    rule(
      `!can(regex("[\\"'%$\\\\\\\\[:cntrl:]]", ${value}))`,
      `${name} has a character that ssh would not read as part of a name: a quote, %, $, \\ or a control character. Rename the file or its folder. Correct it ${WHERE}.`,
    ),
    rule(
      `!${absolute} || ${exists}`,
      `${name} names a file that does not exist. Expected the private key that the VM accepts; \`ssh-keygen -t ed25519\` makes one, \`ssh-copy-id\` installs it. Correct it ${WHERE}.`,
    ),
    rule(
      `!can(regex("^(ssh-|ecdsa-|sk-)", ${content}))`,
      `${name} names a public key. Expected the private one, usually the same path without .pub. Correct it ${WHERE}.`,
    ),
    rule(
      `!(${locked})`,
      `${name} names a key with a passphrase, and nobody is there to type it. Expected a key without one, or the ssh-agent: \`ssh-add\` the key and set ${name} = "". Correct it ${WHERE}.`,
    ),
  ];
}

/** What must be there as soon as another variable is. */
export function requiredWith(name: string, other: string, what: string): Rule {
  return rule(
    `var.${other} == "" || var.${name} != ""`,
    `${name} is empty although ${other} is set. Expected ${what}. Set it ${WHERE}.`,
  );
}

/**
 * Public host keys, one a line, as ssh-keyscan prints them. A fingerprint would do for ssh, but not for Terraform's client,
 * which needs the key itself.
 *
 * @param host the variable that names whose keys they are
 */
export function hostKeys(name: string, host: string): Rule[] {
  const value = `var.${name}`;
  const key = `can(regex("(?m)^[^#@]*(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp[0-9]+) AAAA[A-Za-z0-9+/=]+", ${value}))`;
  const fingerprint = `can(regex("(SHA256|MD5):", ${value}))`;
  return [
    rule(
      `${key} || !${fingerprint}`,
      `${name} is a fingerprint. Expected the keys themselves: \`ssh-keyscan ${host} | tee keys\` gets them, \`ssh-keygen -lf keys\` shows their fingerprints; where they are the ones you know, set the lines of that file. Correct it ${WHERE}.`,
    ),
    rule(
      `${value} == "" || ${key} || ${fingerprint}`,
      `${name} holds no public host key. Expected lines such as "203.0.113.10 ssh-ed25519 AAAA...", as \`ssh-keyscan ${host}\` prints them; compare them with the host's own before you trust them. Correct it ${WHERE}.`,
    ),
    rule(
      `!can(regex("(?m)^[[:space:]]*@", ${value}))`,
      `${name} has a line that starts with @ (a certificate authority, or a revoked key). Expected plain lines such as "203.0.113.10 ssh-ed25519 AAAA..." only. Correct it ${WHERE}.`,
    ),
  ];
}

/** A place for copies, as restic names it. What it is reached by has variables of its own, so none of it is in the name. */
export function offHostRepository(name: string): Rule {
  const value = `var.${name}`;
  const shapes = [
    "sftp:[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^[:cntrl:]]+",
    "sftp://[A-Za-z0-9._-]+@[A-Za-z0-9.-]+(:[0-9]+)?/[^[:cntrl:]]+",
    "s3:(https?://)?[A-Za-z0-9.-]+(:[0-9]+)?/[^[:cntrl:]]+",
    "/[^[:cntrl:]]+",
  ].join("|");
  return rule(
    `${value} == "" || can(regex("^(${shapes})$", ${value}))`,
    `${name} is no place for copies. Expected sftp:LOGIN@HOST:/PATH, s3:https://HOST/BUCKET, or the absolute path of a folder that is on another disk. Correct it ${WHERE}.`,
  );
}

/** A Docker tag. Source: the distribution project's reference grammar. */
export function dockerTag(name: string): Rule {
  return rule(
    `can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.${name}))`,
    `${name} is no image tag. Expected up to 128 letters, digits, "_", "." and "-", such as 2026.11.1 or a commit id. Correct it ${WHERE}.`,
  );
}

/**
 * A release: an image tag that may also be the name of its record on the host, where `current` is the link to the one in use.
 */
export function releaseName(name: string): Rule[] {
  return [
    dockerTag(name),
    rule(
      `var.${name} != "current"`,
      `${name} is "current", which on the host means the release that is in use. Expected the tag of a release, such as 2026.11.1 or a commit id. Correct it ${WHERE}.`,
    ),
  ];
}

/** A map from the services' names to image references. */
export function imageReferences(name: string, services: readonly string[]): Rule[] {
  const value = `var.${name}`;
  const list = services.map((service) => `"${service}"`).join(", ");
  return [
    rule(
      `length(setsubtract(keys(${value}), [${list}])) == 0`,
      `${name} names a service that does not exist. Expected only ${services.join(", ")}. Correct it ${WHERE}.`,
    ),
    rule(
      `alltrue([for image in values(${value}) : can(regex("^[A-Za-z0-9][A-Za-z0-9._:/@-]*$", image))])`,
      `${name} holds something that is no image reference. Expected name:tag or name@sha256:digest, such as postgres:17-alpine. Correct it ${WHERE}.`,
    ),
  ];
}

/** A sensitive map from addresses of registries to logins. The addresses are shown, the logins never. */
export function registryLogins(name: string): Rule[] {
  const value = `var.${name}`;
  const address = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?$";
  return [
    rule(
      `alltrue([for address in keys(${value}) : can(regex("${address}", address))])`,
      `${name} has an invalid address. Expected the registry alone, such as registry.example.com or registry.example.org, with :port where it has one: no scheme, no path; docker.io for Docker Hub. Correct it ${WHERE}.`,
    ),
    rule(
      `alltrue([for login in values(${value}) : login.username != "" && login.password != ""])`,
      `${name} has a login without a username or a password. Expected both, for example a read-only token of the registry as the password. Correct it ${WHERE}.`,
    ),
  ];
}
