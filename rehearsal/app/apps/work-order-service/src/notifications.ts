import { found, idOf, pageQuery, principalOf, type Queryable, type Toolbox } from "@emaintenance/service-kit";
import { Router } from "express";
import type { WorkOrder } from "./model";

interface Notification {
  readonly id: string;
  readonly workOrderId: string | null;
  readonly message: string;
  readonly readAt: Date | null;
  readonly createdAt: Date;
}

const COLUMNS = `id, work_order_id as "workOrderId", message, read_at as "readAt", created_at as "createdAt"`;

/** The notifications of whoever asks. */
export function notificationRoutes({ database, sessions }: Toolbox): Router {
  const router = Router();
  router.use(sessions.authenticate);

  router.get("/", async (req, res) => {
    const { limit, offset } = pageQuery.parse(req.query);
    const notifications = await database.query<Notification>(
      `select ${COLUMNS} from notifications where user_id = $1 order by created_at desc limit $2 offset $3`,
      [principalOf(req).userId, limit, offset],
    );
    res.json({ notifications });
  });

  router.post("/:id/read", async (req, res) => {
    const rows = await database.query<Notification>(
      `update notifications set read_at = coalesce(read_at, now()) where id = $1 and user_id = $2 returning ${COLUMNS}`,
      [idOf(req.params.id, "the notification"), principalOf(req).userId],
    );
    res.json({ notification: found(rows, "the notification") });
  });

  return router;
}

/** Tells a user that a work order is theirs now. */
export async function notify(db: Queryable, userId: string, workOrder: WorkOrder): Promise<void> {
  await db.query("insert into notifications (user_id, work_order_id, message) values ($1, $2, $3)", [
    userId,
    workOrder.id,
    `Work order #${workOrder.number} is assigned to you: ${workOrder.title}`,
  ]);
}
