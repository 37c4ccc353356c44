import { joinFrames } from "../../../lib/plugins/docker/container-logs";

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test("the frames of stdout and stderr become one text", () => {
  expect(joinFrames(Buffer.concat([frame(1, "fünf\n"), frame(2, "error\n"), frame(1, "")]))).toBe(
    "fünf\nerror\n",
  );
});

test("a container that printed nothing has no logs", () => {
  expect(joinFrames(Buffer.alloc(0))).toBe("");
});
