import { parseHost, type SshHost } from "../../../lib/plugins/docker/host";
import { sshFailure, sshNotStarted } from "../../../lib/plugins/docker/ssh-failure";

const host = parseHost("ssh://deploy@198.51.100.10:2222") as SshHost;

interface Case {
  readonly words: string;
  readonly code: number;
  readonly message: string;
  readonly detail: string;
}

/** What OpenSSH and Docker's client really print, and what the operator reads. */
const CASES: Readonly<Record<string, Case>> = {
  "a port without a server": {
    words: "ssh: connect to host 198.51.100.10 port 2222: Connection refused\n",
    code: 255,
    message: "connection refused by 198.51.100.10, port 2222",
    detail:
      'ssh said "ssh: connect to host 198.51.100.10 port 2222: Connection refused". Expected: an SSH server on that port. ' +
      "Remedy: check the address and the port, that sshd runs, and that no firewall rejects the connection.",
  },
  "an unknown host key": {
    words:
      "No ED25519 host key is known for [198.51.100.10]:2222 and you have requested strict checking.\r\nHost key verification failed.\r\n",
    code: 255,
    message: "host key verification failed for 198.51.100.10",
    detail:
      'ssh said "No ED25519 host key is known for [198.51.100.10]:2222 and you have requested strict checking.\\nHost key ' +
      'verification failed.". Expected: a known_hosts file with the key that the host shows. Remedy: put the output of ' +
      "`ssh-keyscan -p 2222 198.51.100.10` on record, after comparing it.",
  },
  "another host key than before": {
    words: "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.\n",
    code: 255,
    message: "the host key of 198.51.100.10 has changed",
    detail:
      'ssh said "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\\nHost key verification failed.". Expected: the ' +
      "key that is on record. Remedy: if the machine was set up again, put the output of `ssh-keyscan -p 2222 198.51.100.10` " +
      "on record, after comparing it with the machine's own; if not, an attacker may be in between.",
  },
  "a key that the host does not accept": {
    words: "deploy@198.51.100.10: Permission denied (publickey).\n",
    code: 255,
    message: "permission denied for deploy on 198.51.100.10",
    detail:
      'ssh said "deploy@198.51.100.10: Permission denied (publickey).". Expected: a key that the host accepts, usable without ' +
      "a prompt. Remedy: try `ssh -v -p 2222 deploy@198.51.100.10` with the same key, and look at authorized_keys on the host.",
  },
  "a host without Docker": {
    words: "bash: line 1: docker: command not found\n",
    code: 127,
    message: "docker: command not found on 198.51.100.10",
    detail:
      'ssh said "bash: line 1: docker: command not found". Expected: Docker\'s client on the host, in the PATH of a ' +
      "non-interactive login. Remedy: install Docker Engine there, for example with `npx cdktf deploy bootstrap`.",
  },
  "a host without Docker, whose shell is dash": {
    words: "sh: 1: docker: not found\n",
    code: 127,
    message: "docker: command not found on 198.51.100.10",
    detail:
      'ssh said "sh: 1: docker: not found". Expected: Docker\'s client on the host, in the PATH of a non-interactive login. ' +
      "Remedy: install Docker Engine there, for example with `npx cdktf deploy bootstrap`.",
  },
  "a host whose engine is down": {
    words:
      "failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: connection refused\n",
    code: 1,
    message: "no Docker Engine is running on 198.51.100.10",
    detail:
      'ssh said "failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: connection refused". ' +
      "Expected: a Docker Engine that is up. Remedy: look at `ssh -p 2222 deploy@198.51.100.10 systemctl status docker`.",
  },
  "a host whose engine is down, said by an older client": {
    words:
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
    code: 1,
    message: "no Docker Engine is running on 198.51.100.10",
    detail:
      'ssh said "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?". ' +
      "Expected: a Docker Engine that is up. Remedy: look at `ssh -p 2222 deploy@198.51.100.10 systemctl status docker`.",
  },
  "a login outside of the group docker": {
    words:
      "failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: permission denied\n",
    code: 1,
    message: "deploy may not use the Docker socket",
    detail:
      'ssh said "failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: permission denied". ' +
      "Expected: a login that is a member of the group docker. Remedy: run `ssh -p 2222 deploy@198.51.100.10 sudo usermod " +
      "-aG docker deploy` and deploy again.",
  },
  "a login outside of the group docker, said by an older client": {
    words:
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix " +
      "/var/run/docker.sock: connect: permission denied\n",
    code: 1,
    message: "deploy may not use the Docker socket",
    detail:
      'ssh said "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial ' +
      'unix /var/run/docker.sock: connect: permission denied". Expected: a login that is a member of the group docker. ' +
      "Remedy: run `ssh -p 2222 deploy@198.51.100.10 sudo usermod -aG docker deploy` and deploy again.",
  },
  "a name that does not exist": {
    words: "ssh: Could not resolve hostname vm.invalid: Name or service not known\n",
    code: 255,
    message: "could not resolve the host name 198.51.100.10",
    detail:
      'ssh said "ssh: Could not resolve hostname vm.invalid: Name or service not known". Expected: a name that this machine ' +
      "can resolve, or an address. Remedy: check the spelling, or use the address.",
  },
  "a machine that is off": {
    words: "ssh: connect to host 198.51.100.10 port 2222: Connection timed out\n",
    code: 255,
    message: "no answer from 198.51.100.10, port 2222",
    detail:
      'ssh said "ssh: connect to host 198.51.100.10 port 2222: Connection timed out". Expected: a machine that is up and can ' +
      "be reached from here. Remedy: check the address, that the machine runs, and that no firewall drops the connection.",
  },
  "a server that takes no more logins": {
    words:
      "kex_exchange_identification: Connection closed by remote host\nConnection closed by 198.51.100.10 port 2222\n",
    code: 255,
    message: "198.51.100.10 closed the connection before the login",
    detail:
      'ssh said "kex_exchange_identification: Connection closed by remote host\\nConnection closed by 198.51.100.10 port ' +
      '2222". Expected: an SSH server that accepts one more connection. Remedy: look at the log of sshd on the host: ' +
      "MaxStartups and fail2ban do this.",
  },
  "a key file that is not there": {
    words:
      "Warning: Identity file /home/me/.ssh/missing not accessible: No such file or directory.\ndeploy@198.51.100.10: Permission denied (publickey).\n",
    code: 255,
    message: "the key file /home/me/.ssh/missing cannot be read",
    detail:
      'ssh said "Warning: Identity file /home/me/.ssh/missing not accessible: No such file or directory.\\n' +
      'deploy@198.51.100.10: Permission denied (publickey).". Expected: a private key in that file. Remedy: correct the path, ' +
      "or the permissions of the file and its folder.",
  },
};

test.each(Object.entries(CASES))("%s", (_name, { words, code, message, detail }) => {
  const error = sshFailure(host, words, code);
  expect(error.message).toBe(`cannot reach the Docker Engine on ssh://deploy@198.51.100.10:2222: ${message}`);
  expect(error.detail).toBe(detail);
});

test("an unknown cause shows the words of ssh and the way to try by hand", () => {
  const error = sshFailure(host, "Bad configuration option: foo\n", 255);
  expect(error.message).toBe(
    "cannot reach the Docker Engine on ssh://deploy@198.51.100.10:2222: the SSH connection failed",
  );
  expect(error.detail).toBe(
    'ssh said "Bad configuration option: foo". Expected: a connection to the engine. Remedy: try ' +
      "`ssh -p 2222 deploy@198.51.100.10 docker version`.",
  );
});

test("an ssh that says nothing is reported with its exit code", () => {
  expect(sshFailure(host, "", 1).detail).toContain("ssh said nothing (exit code 1).");
});

test("a machine without ssh", () => {
  const error = sshNotStarted(host, Object.assign(new Error("spawn ssh ENOENT"), { code: "ENOENT" }));
  expect(error.message).toBe(
    "cannot reach the Docker Engine on ssh://deploy@198.51.100.10:2222: there is no program ssh on PATH",
  );
  expect(error.detail).toBe(
    "Expected: the OpenSSH client on this machine. Remedy: install it (Debian: the package openssh-client).",
  );
});
