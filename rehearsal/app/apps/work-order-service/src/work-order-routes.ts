import {
  conflict,
  found,
  idOf,
  pageQuery,
  principalOf,
  type Queryable,
  type Toolbox,
} from "@emaintenance/service-kit";
import { Router } from "express";
import * as z from "zod";
import { checkAssignee } from "./assignee";
import { findAssignee } from "./assignment-rules";
import { WORK_ORDER_COLUMNS, category, priority, status, type WorkOrder } from "./model";
import { notify } from "./notifications";

const newWorkOrder = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().max(5000).default(""),
  category: category.default("general"),
  priority: priority.default("medium"),
  assetId: z.uuid().optional(),
});
const listQuery = pageQuery.extend({ status: status.optional(), assigneeId: z.uuid().optional() });
const assignment = z.object({ assigneeId: z.uuid() });
const transition = z.object({ status: z.enum(["in_progress", "done", "cancelled"]) });

const WHAT = "the work order";

/** Work orders: creation, with automatic assignment by rule, lists, assignment and progress. */
export function workOrderRoutes({ config, database, sessions, log }: Toolbox): Router {
  const router = Router();
  router.use(sessions.authenticate);

  router.post("/", async (req, res) => {
    const wanted = newWorkOrder.parse(req.body);
    const { userId } = principalOf(req);
    const workOrder = await database.transaction(async (tx) => {
      const assigneeId = await findAssignee(tx, wanted.category, wanted.priority);
      const rows = await tx.query<WorkOrder>(
        `insert into work_orders (title, description, category, priority, asset_id, assignee_id, status, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${WORK_ORDER_COLUMNS}`,
        [
          wanted.title,
          wanted.description,
          wanted.category,
          wanted.priority,
          wanted.assetId,
          assigneeId,
          assigneeId === undefined ? "open" : "assigned",
          userId,
        ],
      );
      const created = found(rows, WHAT);
      if (assigneeId !== undefined) await notify(tx, assigneeId, created);
      return created;
    });
    log.info("work order created", {
      workOrder: workOrder.id,
      number: workOrder.number,
      assignee: workOrder.assigneeId,
    });
    res.status(201).json({ workOrder });
  });

  router.get("/", async (req, res) => {
    const query = listQuery.parse(req.query);
    const workOrders = await database.query<WorkOrder>(
      `select ${WORK_ORDER_COLUMNS} from work_orders
       where ($1::text is null or status = $1) and ($2::uuid is null or assignee_id = $2)
       order by created_at desc, number desc limit $3 offset $4`,
      [query.status, query.assigneeId, query.limit, query.offset],
    );
    res.json({ workOrders });
  });

  router.get("/:id", async (req, res) => {
    res.json({ workOrder: await load(database, req.params.id) });
  });

  router.post("/:id/assign", async (req, res) => {
    const { assigneeId } = assignment.parse(req.body);
    const { id } = await load(database, req.params.id);
    await checkAssignee(config, assigneeId, principalOf(req).token);
    const workOrder = await database.transaction(async (tx) => {
      const rows = await tx.query<WorkOrder>(
        `update work_orders set assignee_id = $2, status = case status when 'open' then 'assigned' else status end,
           updated_at = now()
         where id = $1 and status not in ('done', 'cancelled') returning ${WORK_ORDER_COLUMNS}`,
        [id, assigneeId],
      );
      if (rows[0] === undefined) throw conflict("the work order is closed");
      await notify(tx, assigneeId, rows[0]);
      return rows[0];
    });
    log.info("work order assigned", { workOrder: id, assignee: assigneeId });
    res.json({ workOrder });
  });

  router.post("/:id/status", async (req, res) => {
    const wanted = transition.parse(req.body).status;
    const { id } = await load(database, req.params.id);
    const [workOrder] = await database.query<WorkOrder>(
      `update work_orders set status = $2, updated_at = now()
       where id = $1 and status not in ('done', 'cancelled') returning ${WORK_ORDER_COLUMNS}`,
      [id, wanted],
    );
    if (workOrder === undefined) throw conflict("the work order is closed");
    log.info("work order moved", { workOrder: id, status: wanted });
    res.json({ workOrder });
  });

  return router;
}

async function load(db: Queryable, id: unknown): Promise<WorkOrder> {
  const rows = await db.query<WorkOrder>(`select ${WORK_ORDER_COLUMNS} from work_orders where id = $1`, [
    idOf(id, WHAT),
  ]);
  return found(rows, WHAT);
}
