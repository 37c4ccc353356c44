import { Tmpfs } from "../../constructs/container/tmpfs";

describe("a folder in memory", () => {
  test("is open to all, as /tmp is, and nothing in it can be run", () => {
    expect(Tmpfs.at("/tmp", { sizeMiB: 64 })).toMatchObject({
      path: "/tmp",
      options: "rw,noexec,nosuid,nodev,size=64m,mode=1777",
    });
  });

  test.each([
    ["1001:1002", "mode=0700,uid=1001,gid=1002"],
    ["1001", "mode=0700,uid=1001,gid=1001"],
  ])("belongs to %s alone where an owner is named", (owner, access) => {
    expect(Tmpfs.at("/app/.next/cache", { sizeMiB: 128, owner }).options).toBe(
      `rw,noexec,nosuid,nodev,size=128m,${access}`,
    );
  });
});

describe("a path that is no folder of a container is refused", () => {
  test.each([
    ["tmp", 'tmpfs path is "tmp": expected an absolute path without "..", such as /app/logs'],
    ["", 'tmpfs path is "": expected an absolute path without "..", such as /app/logs'],
    ["/a/../etc", 'tmpfs path is "/a/../etc": expected an absolute path without "..", such as /app/logs'],
    ["/a b", 'tmpfs path is "/a b": expected an absolute path without "..", such as /app/logs'],
    ["/a:ro", 'tmpfs path is "/a:ro": expected an absolute path without "..", such as /app/logs'],
    ["/a,exec", 'tmpfs path is "/a,exec": expected an absolute path without "..", such as /app/logs'],
  ])("%j", (path, message) => {
    expect(() => Tmpfs.at(path, { sizeMiB: 1 })).toThrow(new Error(message));
  });
});

describe("a size without an end is refused", () => {
  test.each([
    [0, "size of tmpfs /tmp is 0: expected a whole number of MiB above 0, such as 64"],
    [-1, "size of tmpfs /tmp is -1: expected a whole number of MiB above 0, such as 64"],
    [0.5, "size of tmpfs /tmp is 0.5: expected a whole number of MiB above 0, such as 64"],
  ])("%d MiB", (sizeMiB, message) => {
    expect(() => Tmpfs.at("/tmp", { sizeMiB })).toThrow(new Error(message));
  });
});
