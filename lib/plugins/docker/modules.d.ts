/** The part of tar-fs that the plugin uses; the package has no types of its own. */
declare module "tar-fs" {
  import type { Readable } from "node:stream";
  export interface PackOptions {
    /** Called with absolute paths; an ignored folder is not entered. */
    readonly ignore?: (path: string) => boolean;
  }
  export function pack(folder: string, options?: PackOptions): Readable;
}
