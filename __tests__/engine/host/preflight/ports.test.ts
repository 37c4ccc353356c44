import { createServer, type Server } from "node:net";
import { PreflightHost } from "../../../support/preflight-host";

/** Listens on a free port of an address, for as long as `use` takes. */
async function whileListening<T>(address: string, use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  try {
    return await use((server.address() as { port: number }).port);
  } finally {
    server.close();
  }
}

describe("a real listener", () => {
  const portComplaints = async (PORTS: string, host = new PreflightHost()) =>
    (await host.complaints({ PORTS })).filter(({ check }) => check.startsWith("port"));

  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["0.0.0.0", "127.0.0.1"],
    ["::", "127.0.0.1"],
    ["::", "[::]"],
  ])("on %s blocks %s", async (address, wanted) => {
    await whileListening(address, async (port) => {
      expect(await portComplaints(`127.0.0.1:1 ${wanted}:${port}`)).toEqual([
        {
          check: `port ${port}`,
          severity: "error",
          found: expect.stringMatching(
            new RegExp(`^\\S+:${port} is used by .+ \\(process ${process.pid}\\)$`),
          ) as string,
          expected: "a port that is free",
          remedy: "End that program, or give this system's container another port",
        },
      ]);
    });
  });

  test.each([
    ["127.0.0.1", "[::1]"],
    ["127.0.0.1", "[::]"],
    ["127.0.0.2", "127.0.0.1"],
  ])("on %s does not block %s", async (address, wanted) => {
    await whileListening(address, async (port) => {
      expect(await portComplaints(`${wanted}:${port}`)).toEqual([]);
    });
  });

  test("that belongs to the system's own container is replaced", async () => {
    await whileListening("127.0.0.1", async (port) => {
      const host = new PreflightHost().docker({
        "ps --filter label=emaintenance.service *": `echo '127.0.0.1:${port}->3000/tcp'`,
      });

      expect(await portComplaints(`127.0.0.1:${port}`, host)).toEqual([]);
    });
  });

  test("that belongs to a container of another project is named", async () => {
    await whileListening("127.0.0.1", async (port) => {
      const host = new PreflightHost().docker({ [`ps --filter publish=${port} *`]: "echo stray" });

      expect(await portComplaints(`127.0.0.1:${port}`, host)).toMatchObject([
        { found: `127.0.0.1:${port} is used by the container stray` },
      ]);
    });
  });
});
