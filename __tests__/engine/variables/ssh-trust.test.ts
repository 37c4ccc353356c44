import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { goodValues, HOST_KEYS } from "../../support/good-values";
import { production } from "../../support/stacks";
import { temporaryFolder } from "../../support/temporary-folder";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what it says to an operator who gives these values, and what it makes of good ones. */
let terraform: Terraform;
const good = goodValues();
const { ed25519, ecdsa, rsa } = HOST_KEYS;

beforeAll(async () => {
  const stack = production();
  const { docker } = stack.provider;
  terraform = await Terraform.on(stack, {
    options: docker?.[0]?.ssh_opts,
    hostKey: "${local.host_key}",
  });
});

const CORRECT = "Correct it in terraform.tfvars (terraform.tfvars.example shows all of them).";
const SET = "Set it in terraform.tfvars (terraform.tfvars.example shows all of them).";

/** A key file with this text. */
function keyFile(text: string, name = "id"): string {
  const folder = join(temporaryFolder(), "keys");
  mkdirSync(folder);
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** A key as ssh-keygen makes it. */
function generated(...options: string[]): string {
  const file = join(temporaryFolder(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-f", file, ...options]);
  return file;
}

/** The lines of ssh_config that the Docker provider's ssh gets, with these values. */
async function sshOptions(values: object): Promise<Record<string, string>> {
  const { options } = await terraform.evaluate({ ...good, ...values });
  const lines = (options as string[]).filter((word) => word !== "-o" && word.includes("="));
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/s, ""), line.replace(/^[^=]*=/, "")]));
}

/** What the system's own ssh understands of options: its effective configuration. */
function understood(options: readonly string[]): string {
  return execFileSync("ssh", ["-G", ...options, "vm.example"], { encoding: "utf8" });
}

describe("the private key", () => {
  test("may be the agent's", async () => {
    expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: "" })).toEqual([]);
  });

  test.each([[["-N", ""]], [["-N", "", "-m", "PEM"]]])(
    "may be one that ssh-keygen %j made",
    async (options) => {
      expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: generated(...options) })).toEqual([]);
    },
  );

  test.each([[["-N", "secret"]], [["-N", "secret", "-m", "PEM"]]])(
    "may not ask for a passphrase, as one that ssh-keygen %j made",
    async (options) => {
      expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: generated(...options) })).toEqual([
        "SSH_PRIVATE_KEY_FILE names a key with a passphrase, and nobody is there to type it. Expected a key without one, " +
          `or the ssh-agent: \`ssh-add\` the key and set SSH_PRIVATE_KEY_FILE = "". ${CORRECT}`,
      ]);
    },
  );

  test.each([ed25519, ecdsa, rsa])("is not the public one: %s", async (text) => {
    expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: keyFile(text) })).toEqual([
      `SSH_PRIVATE_KEY_FILE names a public key. Expected the private one, usually the same path without .pub. ${CORRECT}`,
    ]);
  });

  test.each(["it's mine", 'my "key"', "100%", "$HOME", "back\\slash", "new\nline"])(
    "has a name that ssh reads as it is, so not %j",
    async (name) => {
      expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: keyFile("", name) })).toEqual([
        "SSH_PRIVATE_KEY_FILE has a character that ssh would not read as part of a name: a quote, %, $, \\ or a control " +
          `character. Rename the file or its folder. ${CORRECT}`,
      ]);
    },
  );

  test("may lie in a folder with spaces", async () => {
    expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: keyFile("", "my key") })).toEqual([]);
  });
});

describe.each([
  ["SSH_HOST_KEYS", "SERVER_IP"],
  ["SSH_JUMP_HOST_KEYS", "SSH_JUMP_HOST"],
])("%s", (name, host) => {
  const both = { ...good, SSH_JUMP_HOST: "jump.example.com", SSH_JUMP_HOST_KEYS: ed25519 };

  test.each(["SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", "2048 MD5:aa:bb host (RSA)"])(
    "needs the key, not its fingerprint %s",
    async (fingerprint) => {
      expect(await terraform.refusals({ ...both, [name]: fingerprint })).toEqual([
        `${name} is a fingerprint. Expected the keys themselves: \`ssh-keyscan ${host} | tee keys\` gets them, ` +
          "`ssh-keygen -lf keys` shows their fingerprints; where they are the ones you know, set the lines of that file. " +
          CORRECT,
      ]);
    },
  );

  test.each(["yes", "203.0.113.10", "203.0.113.10 ssh-ed25519", "ssh-dss AAAAB3Nz", `# ${ed25519}`])(
    "needs a key, so not %j",
    async (keys) => {
      expect(await terraform.refusals({ ...both, [name]: keys })).toEqual([
        `${name} holds no public host key. Expected lines such as "203.0.113.10 ssh-ed25519 AAAA...", as \`ssh-keyscan ${host}\` ` +
          `prints them; compare them with the host's own before you trust them. ${CORRECT}`,
      ]);
    },
  );

  test.each(["@revoked *", "@cert-authority *.example.com"])("knows no line with %s", async (marker) => {
    expect(await terraform.refusals({ ...both, [name]: `${ed25519}\n${marker} ${rsa}\n` })).toEqual([
      `${name} has a line that starts with @ (a certificate authority, or a revoked key). ` +
        `Expected plain lines such as "203.0.113.10 ssh-ed25519 AAAA..." only. ${CORRECT}`,
    ]);
  });
});

describe("the jump host", () => {
  const jump = { ...good, SSH_JUMP_HOST: "jump.example.com", SSH_JUMP_HOST_KEYS: `jump.example.com ${rsa}` };

  test("may be named, with a login and a port of its own", async () => {
    expect(await terraform.refusals({ ...jump, SSH_JUMP_USER: "hop", SSH_JUMP_PORT: 2222 })).toEqual([]);
  });

  test("must show a key that is known", async () => {
    expect(await terraform.refusals({ ...jump, SSH_JUMP_HOST_KEYS: "" })).toEqual([
      "SSH_JUMP_HOST_KEYS is empty although SSH_JUMP_HOST is set. Expected the output of `ssh-keyscan SSH_JUMP_HOST`, " +
        `compared with that host's own keys. ${SET}`,
    ]);
  });

  test.each(["http://jump", "jump:22", "-oProxyCommand=id", "a b", "$(id)"])(
    "may not be %j",
    async (host) => {
      expect(await terraform.refusals({ ...jump, SSH_JUMP_HOST: host })).toEqual([
        "SSH_JUMP_HOST is neither an IP address nor a host name. Expected the jump host alone, such as 203.0.113.10 or " +
          `vm.example.com: no scheme, no port, no path. ${CORRECT}`,
      ]);
    },
  );

  test.each(["Hop", "h op", "x;id", "-l"])("may not have the login %j", async (user) => {
    expect(await terraform.refusals({ ...jump, SSH_JUMP_USER: user })).toEqual([
      `SSH_JUMP_USER is no login name. Expected lower-case letters, digits, - and _, such as deploy, or nothing. ${CORRECT}`,
    ]);
  });

  test.each([0, 65_536, 22.5])("may not have the port %j", async (port) => {
    expect(await terraform.refusals({ ...jump, SSH_JUMP_PORT: port })).toEqual([
      `SSH_JUMP_PORT is out of range. Expected an integer from 1 to 65535. ${CORRECT}`,
    ]);
  });
});

describe("Terraform's client", () => {
  /** The lines of known_hosts behind the first, which holds a placeholder. */
  const knownHosts = async (values: object) => {
    const [first = "", ...lines] = String((await terraform.evaluate({ ...good, ...values })).hostKey).split(
      "\n",
    );
    expect(first).toMatch(/^sk-ssh-ed25519@openssh.com AAAA/);
    return lines;
  };

  test.each([
    ["203.0.113.10", 22, "[203.0.113.10]:22"],
    ["2001:db8::10", 2222, "[2001:db8::10]:2222"],
  ])("trusts each of the keys of %s, in lines of known_hosts", async (SERVER_IP, SSH_PORT, name) => {
    const given = [
      `# ${SERVER_IP}:22 SSH-2.0`,
      `${SERVER_IP} ${rsa}`,
      `|1|abc=|def= ${ed25519}`,
      ecdsa,
      ecdsa,
    ];

    const lines = await knownHosts({ SERVER_IP, SSH_PORT, SSH_HOST_KEYS: given.join("\r\n") });

    expect(lines).toEqual([`${name} ${ecdsa}`, `${name} ${ed25519}`, `${name} ${rsa}`]);
  });

  test("trusts the keys of the jump host for the jump host only", async () => {
    const lines = await knownHosts({ SSH_JUMP_HOST: "jump", SSH_JUMP_PORT: 2222, SSH_JUMP_HOST_KEYS: rsa });

    expect(lines).toEqual([`[203.0.113.10]:22 ${ed25519}`, `[jump]:2222 ${rsa}`]);
  });
});

describe("the Docker provider's ssh", () => {
  test("logs in with the key file alone, trusts the pinned keys alone and prompts for nothing", async () => {
    const options = await sshOptions({ SSH_HOST_KEYS: `${rsa}\n${ed25519}` });

    expect(options).toMatchObject({
      IdentityFile: `"${String(good.SSH_PRIVATE_KEY_FILE)}"`,
      IdentitiesOnly: "yes",
      BatchMode: "yes",
      StrictHostKeyChecking: "yes",
      UserKnownHostsFile: "/dev/null",
      GlobalKnownHostsFile: "/dev/null",
      KnownHostsCommand: `/usr/bin/printf "%%s %%s %%s\\n" %H ${ed25519} %H ${rsa}`,
      ProxyCommand: "none",
    });
  });

  test("logs in with the agent's keys if no file is named", async () => {
    expect(await sshOptions({ SSH_PRIVATE_KEY_FILE: "" })).toMatchObject({
      IdentityFile: "none",
      IdentitiesOnly: "no",
    });
  });

  test("understands every option, and reads no other configuration", async () => {
    const { options } = await terraform.evaluate({ ...good, SSH_PRIVATE_KEY_FILE: keyFile("", "my key") });
    const words = options as string[];

    expect(words.slice(0, 2)).toEqual(["-F", "none"]);
    expect(understood(words)).toMatch(/^identityfile .*\/my key$/m);
    expect(understood(words)).toMatch(/^connectionattempts 3$/m);
    expect(understood(words)).toMatch(/^controlpersist 60$/m);
  });

  test("passes the jump host with its own pinned keys, its own login and the same private key", async () => {
    const file = keyFile("", "my key");
    const { ProxyCommand = "" } = await sshOptions({
      SSH_PRIVATE_KEY_FILE: file,
      SSH_JUMP_HOST: "2001:db8::1",
      SSH_JUMP_HOST_KEYS: `${rsa}\n`,
      SSH_JUMP_PORT: 2222,
    });

    expect(ProxyCommand).toBe(
      [
        `ssh -F none -T -o 'IdentityFile="${file}"' -o 'IdentitiesOnly=yes' -o 'BatchMode=yes'`,
        "-o 'StrictHostKeyChecking=yes' -o 'UserKnownHostsFile=/dev/null' -o 'GlobalKnownHostsFile=/dev/null'",
        `-o 'KnownHostsCommand=/usr/bin/printf "%%%%s %%%%s %%%%s\\n" %%H ${rsa}'`,
        "-o 'ConnectTimeout=15' -o 'ConnectionAttempts=3' -o 'ServerAliveInterval=15'",
        "-l deploy -p 2222 -W '[%h]:%p' -- 2001:db8::1",
      ].join(" "),
    );
  });

  test.each([
    { SSH_HOST_KEYS: rsa },
    { SSH_PRIVATE_KEY_FILE: "" },
    { SSH_JUMP_HOST: "jump", SSH_JUMP_HOST_KEYS: rsa },
  ])("does not use a connection that was opened before %j", async (change) => {
    const { ControlPath: before } = await sshOptions({});
    const { ControlPath: after } = await sshOptions(change);

    expect(before).toMatch(/^\.\/ssh-[0-9a-f]{8}-%C$/);
    expect(after).not.toBe(before);
    expect((await sshOptions({})).ControlPath).toBe(before);
  });
});
