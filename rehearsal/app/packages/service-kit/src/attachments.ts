import { Router } from "express";
import type { Toolbox } from "./service";
import { principalOf } from "./auth";
import { found, idOf } from "./requests";
import { UploadFolder, type StoredFile } from "./uploads";

/** What files can be attached to. */
export type AttachmentOwner = "work-order" | "asset";

interface Attachment extends StoredFile {
  readonly uploadedBy: string;
  readonly createdAt: Date;
}

/** Identifiers in SQL; constants, never input. */
const TABLES = {
  "work-order": {
    owners: "work_orders",
    attachments: "work_order_attachments",
    owner: "work_order_id",
    folder: "work-orders",
  },
  asset: { owners: "assets", attachments: "asset_attachments", owner: "asset_id", folder: "assets" },
} as const;

const COLUMNS = `id, file_name as "fileName", media_type as "mediaType", size_bytes as "sizeBytes", sha256,
  uploaded_by as "uploadedBy", created_at as "createdAt"`;

/** Upload, list and download of an owner's files; mounted on `/:id/attachments` behind `authenticate`. */
export function attachmentRoutes({ config, database, log }: Toolbox, kind: AttachmentOwner): Router {
  const router = Router({ mergeParams: true });
  const table = TABLES[kind];
  const uploads = new UploadFolder(config.UPLOAD_DIR, table.folder);
  const what = `the ${kind.replace("-", " ")}`;

  router.use(async (req, _res, next) => {
    const id = idOf((req.params as { id?: string }).id, what);
    found(await database.query(`select 1 from ${table.owners} where id = $1`, [id]), what);
    next();
  });

  router.post<{ id: string }>("/", uploads.receive(), async (req, res) => {
    const { userId } = principalOf(req);
    const attachments = await uploads.keep(req.files, (files) =>
      database.transaction(async (tx) => {
        const rows: Attachment[] = [];
        for (const file of files) {
          rows.push(
            ...(await tx.query<Attachment>(
              `insert into ${table.attachments} (id, ${table.owner}, file_name, media_type, size_bytes, sha256, uploaded_by)
               values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
              [file.id, req.params.id, file.fileName, file.mediaType, file.sizeBytes, file.sha256, userId],
            )),
          );
        }
        return rows;
      }),
    );
    log.info("files attached", { [table.owner]: req.params.id, files: attachments.length });
    res.status(201).json({ attachments });
  });

  router.get<{ id: string }>("/", async (req, res) => {
    const attachments = await database.query<Attachment>(
      `select ${COLUMNS} from ${table.attachments} where ${table.owner} = $1 order by created_at, file_name`,
      [req.params.id],
    );
    res.json({ attachments });
  });

  router.get<{ id: string; attachmentId: string }>("/:attachmentId", async (req, res, next) => {
    const attachmentId = idOf(req.params.attachmentId, "the attachment");
    const rows = await database.query<Attachment>(
      `select ${COLUMNS} from ${table.attachments} where id = $1 and ${table.owner} = $2`,
      [attachmentId, req.params.id],
    );
    uploads.send(res, found(rows, "the attachment"), next);
  });

  return router;
}
