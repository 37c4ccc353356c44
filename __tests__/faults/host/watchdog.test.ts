import { expectRestart, OF_THE_DOCUMENT, removeTrials } from "../../e2e/support/watchdog";

jest.setTimeout(400_000);

const SERVICE = `trial-ill-${Date.now().toString(36)}`;

afterAll(() => removeTrials(SERVICE));

test("a container with the timing of the deployment document is restarted by the watchdog after its health fails", async () => {
  const seconds = await expectRestart(SERVICE, OF_THE_DOCUMENT);
  console.log(`restarted ${seconds} s after its health began to fail`);
});
