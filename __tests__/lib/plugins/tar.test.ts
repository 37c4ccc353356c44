import { tarOf } from "../../../lib/plugins/docker/tar";
import { run } from "../../../lib/run";

test("tar reads the archive of one file", async () => {
  const archive = tarOf({ path: "etc/greeting", content: Buffer.from("hello\n") });
  expect((await run(["tar", "--extract", "--to-stdout"], { input: archive })).stdout).toBe("hello\n");
  const { stdout } = await run(["tar", "--list", "--verbose", "--numeric-owner"], { input: archive });
  expect(stdout).toMatch(/^-rw-r--r-- 0\/0\s+6 .* etc\/greeting\n$/);
});

test("a path that the format cannot hold is refused", () => {
  const path = "a".repeat(101);
  expect(() => tarOf({ path, content: Buffer.alloc(0) })).toThrow(
    `the path "${path}" has more than 100 bytes`,
  );
});
