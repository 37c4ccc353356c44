import { rehearsal } from "./support/rehearsal";
import { openPorts } from "./support/second-host";

describe("from another machine on the host's network", () => {
  test("ports 22 and 3030 answer, and none of the other 65533", async () => {
    expect(await openPorts(rehearsal().address)).toEqual([22, 3030]);
  });
});
