import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { goodValues } from "../../support/good-values";
import { script, scriptLines } from "../../support/stack-json";
import { production } from "../../support/stacks";
import { temporaryFolder } from "../../support/temporary-folder";
import { onHost, rehearsal } from "../support/rehearsal";

jest.setTimeout(120_000);

/** A port of the host on which a second sshd lets root in; only the host itself reaches it. */
const ROOT_PORT = 2222;
/** Lines by which every script begins. */
const BEGINNING = 3;
/** Where it keeps its key. */
const FOLDER = "/run/root-sshd";

const OTHER_KEY =
  "203.0.113.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Fq0xXfM3Hq4bpZkQ0t3n2dRrkP9VwYkq8m8zQ1xAb\n" +
  "203.0.113.1 ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=\n";

interface Answers {
  /** What `id -un` says to Terraform's own client. */
  readonly terraform: RunResult;
  /** The same, to the ssh of the Docker provider. */
  readonly ssh: RunResult;
  readonly folder: string;
}

const REFUSED = { prepare: false };

interface Asked {
  /** What is run by Terraform's own client. @default it says who it is */
  readonly lines?: readonly string[];
  /** Whether the folder for scripts is made first, as the preflight does it; one that is refused would try for a minute. @default true */
  readonly prepare?: boolean;
}

/** Goes to the host as a deploy does, with these values of the variables: by both of its clients. */
async function ask(
  values: object,
  env: Record<string, string | undefined> = {},
  { lines = ["echo I am $(id -un)"], prepare = true }: Asked = {},
): Promise<Answers> {
  const stack = production();
  const folder = temporaryFolder();
  const directories = script(stack, "directories");
  const inline = [...scriptLines(directories).slice(0, BEGINNING), ...lines];
  const probe = {
    connection: { ...directories.connection, timeout: "8s" },
    provisioner: [
      ...(prepare ? script(stack, "preflight").provisioner.slice(0, 1) : []),
      { "remote-exec": { inline } },
    ],
  };
  const main = {
    variable: stack.variable,
    locals: stack.locals,
    resource: { terraform_data: { probe } },
    output: { options: { value: stack.provider.docker?.[0]?.ssh_opts } },
  };
  const { address, user, sshPort, keyFile, knownHosts } = rehearsal();
  const all = {
    ...goodValues(),
    SERVER_IP: address,
    SSH_USER: user,
    SSH_PORT: sshPort,
    SSH_PRIVATE_KEY_FILE: keyFile,
    SSH_HOST_KEYS: readFileSync(knownHosts, "utf8"),
    ...values,
  };
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(main));
  writeFileSync(join(folder, "terraform.tfvars.json"), JSON.stringify(all));
  const options = { cwd: folder, env: { CHECKPOINT_DISABLE: "1", ...env }, allowFailure: true };
  const terraform = (...argv: string[]) => run(["terraform", ...argv, "-no-color"], options);
  await terraform("init", "-input=false");
  const applied = await terraform("apply", "-auto-approve", "-input=false");
  const words = await run(["terraform", "output", "-json", "options"], options);
  // A failed script leaves no output: the options are looked up without it.
  const sshOptions = JSON.parse(
    words.code === 0 ? words.stdout : await planned(folder, main, options),
  ) as string[];
  const login = ["-T", "-l", all.SSH_USER, "-p", String(all.SSH_PORT), "--", all.SERVER_IP];
  const ssh = await run(["ssh", ...sshOptions, ...login, "echo I am $(id -un)"], {
    ...options,
    timeoutSeconds: 60,
  });
  return { terraform: applied, ssh, folder };
}

async function planned(folder: string, main: object, options: object): Promise<string> {
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ ...main, resource: undefined }));
  await run(["terraform", "apply", "-auto-approve", "-input=false", "-no-color"], options);
  return (await run(["terraform", "output", "-json", "options"], options)).stdout;
}

function expectLogin({ terraform, ssh }: Answers, user: string): void {
  expect(terraform.stdout + terraform.stderr).toMatch(new RegExp(`I am ${user}$`, "m"));
  expect(ssh).toMatchObject({ code: 0, stdout: `I am ${user}\n` });
}

/** Neither client has run anything. */
function expectRefusal({ terraform, ssh }: Answers, words: { terraform: RegExp; ssh: RegExp }): void {
  expect(terraform.code).not.toBe(0);
  expect(ssh.code).not.toBe(0);
  expect(terraform.stdout + ssh.stdout).not.toContain("I am");
  expect(terraform.stderr.replace(/[│\s]+/g, " ")).toMatch(words.terraform);
  expect(ssh.stderr).toMatch(words.ssh);
}

/** The keys of the second sshd, which are not those of the first. */
let rootKeys = "";
const ownKeys = () => readFileSync(rehearsal().knownHosts, "utf8");
const jumpOverItself = () => ({ SSH_JUMP_HOST: rehearsal().address, SSH_JUMP_HOST_KEYS: ownKeys() });
const asRoot = () => ({
  ...jumpOverItself(),
  SSH_JUMP_USER: rehearsal().user,
  SSH_JUMP_PORT: rehearsal().sshPort,
  SERVER_IP: "127.0.0.1",
  SSH_USER: "root",
  SSH_PORT: ROOT_PORT,
  SSH_HOST_KEYS: rootKeys,
});

beforeAll(async () => {
  const options = `-o ListenAddress=127.0.0.1 -o PermitRootLogin=prohibit-password -o PidFile=${FOLDER}/pid`;
  const { stdout } = await onHost(
    [
      `sudo install -d -m 0700 ${FOLDER}`,
      `sudo ssh-keygen -q -t ed25519 -N '' -f ${FOLDER}/key`,
      "sudo install -D -m 0600 ~/.ssh/authorized_keys /root/.ssh/authorized_keys",
      `sudo /usr/sbin/sshd -p ${ROOT_PORT} -h ${FOLDER}/key ${options}`,
      `sudo cat ${FOLDER}/key.pub`,
    ].join(" && "),
  );
  rootKeys = stdout;
});
afterAll(() =>
  onHost(
    `sudo sh -c 'kill $(cat ${FOLDER}/pid); rm -rf ${FOLDER} /root/.ssh/authorized_keys /root/.emaintenance'`,
  ),
);

describe("both ways to the host", () => {
  test("log in with the key file", async () => {
    const answers = await ask({}, { SSH_AUTH_SOCK: undefined });

    expectLogin(answers, "deploy");
    expect(readdirSync(answers.folder).filter((name) => name.startsWith("ssh-"))).toHaveLength(1);
  });

  test("log in over IPv6", async () => {
    const address = /^([0-9a-f]+:[0-9a-f:]+) /m.exec(ownKeys())?.[1];

    expectLogin(await ask({ SERVER_IP: address }), "deploy");
  });

  test("log in with what the agent holds", async () => {
    const socket = join(temporaryFolder(), "agent");
    const { stdout } = await run(["ssh-agent", "-s", "-a", socket]);
    const env = { SSH_AUTH_SOCK: socket, SSH_AGENT_PID: /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1] };
    await run(["ssh-add", "-q", rehearsal().keyFile], { env });

    expectLogin(await ask({ SSH_PRIVATE_KEY_FILE: "" }, env), "deploy");

    await run(["ssh-add", "-D"], { env });
    expectRefusal(await ask({ SSH_PRIVATE_KEY_FILE: "" }, env, REFUSED), {
      terraform: /unable to authenticate/,
      ssh: /Permission denied \(publickey\)/,
    });
    await run(["ssh-agent", "-k"], { env });
  });

  test("go over a jump host, to another port, as root", async () => {
    expectLogin(await ask(asRoot()), "root");
  });

  test("stop at a host that shows another key", async () => {
    expectRefusal(await ask({ SSH_HOST_KEYS: OTHER_KEY }, {}, REFUSED), {
      terraform: /knownhosts: key mismatch/,
      ssh: /Host key verification failed/,
    });
  });

  test("stop at a jump host that shows another key", async () => {
    expectRefusal(await ask({ ...asRoot(), SSH_JUMP_HOST_KEYS: OTHER_KEY }, {}, REFUSED), {
      terraform: /knownhosts: key mismatch/,
      // All that ssh lets through of the words of a command that connects it.
      ssh: /Connection closed by UNKNOWN port 65535/,
    });
  });

  test("stop behind a good jump host at a host that shows another key", async () => {
    expectRefusal(await ask({ ...asRoot(), SSH_HOST_KEYS: OTHER_KEY }, {}, REFUSED), {
      terraform: /knownhosts: key mismatch/,
      ssh: /Host key verification failed/,
    });
  });
});

describe("scripts on the host", () => {
  test("lie in a folder that only the login enters, and are gone while they run", async () => {
    const { terraform } = await ask(
      {},
      {},
      {
        lines: [
          "echo $(stat -c '%a %U' .emaintenance .emaintenance/scripts), $(ls .emaintenance/scripts | wc -l) files",
        ],
      },
    );

    expect(terraform.stdout).toMatch(/: 700 deploy 700 deploy, 0 files$/m);
  });

  test("are not left there, nor in /tmp, by the deployments that this host has seen", async () => {
    const files = "find /tmp ~/.emaintenance -type f \\( -name 'terraform_*' -o -path '*/scripts/*' \\)";

    // The last one takes its own file away just after it has ended.
    const nothingLeft = waitFor("no script on the host", 20, async () => (await onHost(files)).stdout === "");
    await expect(nothingLeft).resolves.toBe(true);
  });
});
