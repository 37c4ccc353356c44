import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEPLOY_LOCK, FORMER_DEPLOY_LOCK, LOCK_FOLDER } from "../../../constructs/naming";
import { template } from "../../../constructs/templates";
import { ensureHostImage } from "../../../rehearsal/host/host";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";

// The first test on a machine builds the image of the host.
jest.setTimeout(900_000);

const BEGIN = `
  begin() {
    setpriv --reuid "$1" --regid "$1" --init-groups env PATH=/scripts:$PATH SSH_CLIENT='192.0.2.1 1 22' OWNER="$1" WORKSTATION=desk LOCK=${DEPLOY_LOCK} \\
      FORMER_LOCK=${FORMER_DEPLOY_LOCK} RESTORE_LOCK=${LOCK_FOLDER}/restore FORMER_RESTORE_LOCK=/run/lock/emaintenance-restore \\
      RESTORE_JOURNAL=/nowhere TAKE_OVER_MINUTES=60 MARK=0123456789abcdef MARK_PREFIX=m LABEL=l DEPLOYMENT=1 RELEASE=2 bash /scripts/begin.sh
  }
  mkdir -p /run/lock && chmod 1777 /run/lock
  groupadd -f docker
  useradd --groups docker other && useradd mallory`;

/** Runs a scenario as root in a host's container, with a \`docker\` that does nothing. */
async function onHost(scenario: string): Promise<{ code: number; said: string }> {
  const work = temporaryFolder();
  await run(["chmod", "755", work]);
  const script = template("shared/untrusted.sh") + template("rollout/begin.sh");
  writeFileSync(join(work, "begin.sh"), script, { mode: 0o755 });
  writeFileSync(join(work, "docker"), '#!/bin/sh\n[ "$1" != inspect ] || echo /m-0123456789ab\n', {
    mode: 0o755,
  });
  const image = await ensureHostImage("ready");
  const { code, stdout, stderr } = await run(
    [
      ...["docker", "run", "--rm", "--network", "none", "--volume", `${work}:/scripts:ro`],
      ...["--entrypoint", "bash", image, "-c", `set -u\n${BEGIN}\n${scenario}`],
    ],
    { allowFailure: true, timeoutSeconds: 120 },
  );
  return { code, said: stdout + stderr };
}

test("a login without rights cannot block a deploy, and cannot create a lock where the locks are now", async () => {
  const { code, said } = await onHost(`
    setpriv --reuid mallory --regid mallory --clear-groups bash -c 'echo "{}" > ${FORMER_DEPLOY_LOCK}; : > /run/lock/emaintenance-restore; flock /run/lock/emaintenance-restore sleep 20' &
    sleep 1
    begin deploy || exit 1
    setpriv --reuid mallory --regid mallory --clear-groups bash -c 'for file in ${LOCK_FOLDER}/restore ${LOCK_FOLDER}/x ${DEPLOY_LOCK}2; do : > "$file" && echo "mallory wrote $file"; done; rm -f ${DEPLOY_LOCK} && echo mallory removed it'
    # The scripts that follow give signs of life and end it, as the same login; root may write it.
    setpriv --reuid deploy --regid deploy --init-groups touch --no-create ${DEPLOY_LOCK} && echo touched
    echo '{}' > ${DEPLOY_LOCK} && echo root wrote it
    setpriv --reuid deploy --regid deploy --init-groups rm ${DEPLOY_LOCK} && echo removed
    begin other && echo other began`);
  expect(said).toContain("deployment 1 of release 2 by deploy@desk has begun");
  expect(said).not.toContain("mallory wrote");
  expect(said).not.toContain("mallory removed it");
  expect(said).toContain("touched\nroot wrote it\nremoved\n");
  expect(code).toBe(said.includes("other began") ? 0 : 1);
});

test("the lock of a deploy or a restore of an earlier version is respected", async () => {
  const { said } = await onHost(`
    setpriv --reuid other --regid other --init-groups bash -c 'echo "{\\"owner\\":\\"anna@desk\\",\\"release\\":\\"1\\"}" > ${FORMER_DEPLOY_LOCK}'
    begin deploy || echo refused during a deploy
    rm ${FORMER_DEPLOY_LOCK}
    flock /run/lock/emaintenance-restore sleep 20 &
    sleep 1
    begin deploy || echo refused during a restore`);
  expect(said).toContain("anna@desk deploys release 1 here");
  expect(said).toContain("refused during a deploy\n");
  expect(said).toContain("a restore is under way");
  expect(said).toContain("refused during a restore\n");
});
