import {
  decode,
  decodeObject,
  encode,
  fillUnknown,
  hasUnknown,
  Unknown,
} from "../../../lib/plugins/protocol/values";

describe("values on the wire", () => {
  test.each([
    ["null", null],
    ["text", "a\nä{$"],
    ["numbers", [0, -1, 1.5, 2 ** 40]],
    ["flags", [true, false]],
    ["nested blocks", { name: "web", ports: [{ internal: 80, external: Unknown.value }], env: [] }],
  ])("%s come back as they went", (_name, value) => {
    expect(decode(encode(value))).toEqual(value);
  });

  test("an unknown value is MessagePack's extension 0", () => {
    expect(Buffer.from(encode(Unknown.value).msgpack ?? [])).toEqual(Buffer.from([0xd4, 0x00, 0x00]));
  });

  test("an unknown value of which Terraform knows something is unknown", () => {
    const refined = Buffer.from([0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2]);
    expect(decode({ msgpack: refined })).toBe(Unknown.value);
  });

  test("an old state comes as JSON", () => {
    expect(decode({ json: Buffer.from('{"id":"1"}') })).toEqual({ id: "1" });
  });

  test("nothing at all is null", () => {
    expect(decode(undefined)).toBeNull();
  });

  test("anything else than an object is refused where an object belongs", () => {
    expect(() => decodeObject(encode("text"))).toThrow(
      new Error("Terraform sent a string where an object belongs"),
    );
  });
});

describe("unknown parts", () => {
  const planned = { name: "web", id: Unknown.value, ports: [{ internal: 80, external: Unknown.value }] };

  test("are found at any depth", () => {
    expect(hasUnknown(planned)).toBe(true);
    expect(hasUnknown({ ports: [{ internal: 80, external: null }] })).toBe(false);
  });

  test("are filled from the same place, and nothing else is", () => {
    const actual = { name: "other", id: "abc", ports: [{ internal: 81, external: 32768 }] };
    expect(fillUnknown(planned, actual)).toEqual({
      name: "web",
      id: "abc",
      ports: [{ internal: 80, external: 32768 }],
    });
  });

  test("become null if nothing is known", () => {
    expect(fillUnknown(planned, {})).toEqual({
      name: "web",
      id: null,
      ports: [{ internal: 80, external: null }],
    });
  });
});
