import { AsyncResource } from "node:async_hooks";
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { RequestHandler, Response } from "express";
import multer from "multer";
import { badRequest } from "./errors";

/** Files per request. */
export const MAX_FILES = 5;
/** Bytes per file. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** A file that is on disk, complete and synced. */
export interface StoredFile {
  /** Name in the upload folder; also the attachment's id. */
  readonly id: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The files of one kind of thing, in one folder, each under its attachment's id. */
export class UploadFolder {
  private readonly folder: string;

  constructor(root: string, kind: "work-orders" | "assets") {
    this.folder = join(root, kind);
  }

  /** Receives up to five files of the multipart field `files`; on any error none of them stays. */
  receive(): RequestHandler {
    const storage = multer.diskStorage({
      destination: (_req, _file, done) => {
        mkdir(this.folder, { recursive: true }).then(
          () => done(null, this.folder),
          (error: Error) => done(error, this.folder),
        );
      },
      filename: (_req, _file, done) => done(null, randomUUID()),
      flush: true,
    } as multer.DiskStorageOptions);
    const parse = multer({
      storage,
      defParamCharset: "utf8",
      limits: { files: MAX_FILES, fileSize: MAX_FILE_BYTES, fields: 20, fieldSize: 64 * 1024 },
    } as multer.Options).array("files", MAX_FILES);
    // The parser goes on from a socket event, outside of the request's context: bind brings the request id back.
    return (req, res, next) => parse(req, res, AsyncResource.bind(next));
  }

  /**
   * Hands the received files to `record`, which stores their rows; when that fails, the files go.
   *
   * @throws 400 when the request had no file
   */
  async keep<T>(files: Express.Request["files"], record: (stored: StoredFile[]) => Promise<T>): Promise<T> {
    const received = Array.isArray(files) ? files : [];
    if (received.length === 0) throw badRequest("send at least one file in the multipart field `files`");
    try {
      return await record(await Promise.all(received.map(describe)));
    } catch (error) {
      await Promise.all(received.map((file) => rm(file.path, { force: true })));
      throw error;
    }
  }

  /** Sends a stored file as a download; the browser never renders what a user uploaded. */
  send(res: Response, file: Omit<StoredFile, "sizeBytes">, done: (error?: unknown) => void): void {
    res.setHeader("Content-Type", "application/octet-stream");
    res.setHeader("ETag", `"${file.sha256}"`);
    res.attachment(file.fileName);
    res.type("application/octet-stream");
    res.sendFile(file.id, { root: this.folder, cacheControl: false, dotfiles: "deny" }, (error) => {
      if (error) done(error);
    });
  }
}

async function describe(file: Express.Multer.File): Promise<StoredFile> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file.path), hash);
  return {
    id: file.filename,
    fileName: file.originalname.slice(-200),
    mediaType: file.mimetype,
    sizeBytes: file.size,
    sha256: hash.digest("hex"),
  };
}
