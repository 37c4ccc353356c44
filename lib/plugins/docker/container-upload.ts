import { Readable } from "node:stream";
import { messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Engine } from "./engine";
import { tarOf } from "./tar";

/** Writes the files of the `upload` blocks into a container that has not started yet. */
export async function uploadFiles(engine: Engine, id: string, planned: Fields): Promise<void> {
  for (const block of planned.blocks("upload")) {
    const content = block.text("content");
    if (content === undefined) throw new PluginError("error with upload content: 'content' must be set");
    const archive = tarOf({ path: block.requiredText("file"), content: Buffer.from(content) });
    try {
      await engine.put(`/containers/${id}/archive`, {
        query: { path: "/" },
        body: Readable.from([archive]),
        headers: { "Content-Type": "application/x-tar" },
      });
    } catch (error) {
      throw new PluginError(`Unable to upload volume content: ${messageOf(error)}`);
    }
  }
}
