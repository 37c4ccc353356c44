import { buffer } from "node:stream/consumers";
import type { Engine } from "./engine";

const HEADER_BYTES = 8;
const LENGTH_OFFSET = 4;

/** Everything that the container printed, stdout and stderr in the order of printing. */
export async function containerLogs(engine: Engine, id: string): Promise<string> {
  const query = { stdout: true, stderr: true };
  return joinFrames(await buffer(await engine.open("GET", `/containers/${id}/logs`, { query })));
}

/** The engine's stream of a container without a terminal: frames of a header (stream, length) and the bytes. */
export function joinFrames(raw: Buffer): string {
  const parts: Buffer[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= raw.length) {
    const start = offset + HEADER_BYTES;
    const end = start + raw.readUInt32BE(offset + LENGTH_OFFSET);
    parts.push(raw.subarray(start, end));
    offset = end;
  }
  return Buffer.concat(parts).toString("utf8");
}
