import {
  EVENTS,
  GATEWAY,
  ONLY_SSH_AND_GATEWAY,
  removeStray,
  scan,
  startStray,
  STRAY_PORT,
} from "../../e2e/support/exposure";
import { deploy, onHost } from "../../e2e/support/rehearsal";

beforeAll(startStray);
afterAll(removeStray);

describe("all 65,535 ports, over IPv4 and IPv6, with a container published on every address", () => {
  test("of the deployed host: SSH and the gateway answer", async () => {
    expect(await scan()).toEqual(ONLY_SSH_AND_GATEWAY);
  });

  test("without the chain in DOCKER-USER: that container answers too, and no other port", async () => {
    await onHost("sudo iptables -D DOCKER-USER -j EMAINTENANCE-USER");
    const [first] = await scan();
    await onHost("sudo systemctl restart emaintenance-docker-user");

    expect(first).toEqual([22, 3000, GATEWAY, STRAY_PORT]);
  });

  test.each(EVENTS)("after $what: SSH and the gateway answer", async ({ happen }) => {
    await happen();
    expect(await scan()).toEqual(ONLY_SSH_AND_GATEWAY);
  });

  test("after another deployment, which finds nothing to do: SSH and the gateway answer", async () => {
    expect((await deploy()).stdout).toContain("No changes");
    expect(await scan()).toEqual(ONLY_SSH_AND_GATEWAY);
  });
});
