import {
  adminOnly,
  conflict,
  idOf,
  notFound,
  principalOf,
  type Queryable,
  type Toolbox,
} from "@emaintenance/service-kit";
import { Router } from "express";
import * as z from "zod";
import { checkAssignee } from "./assignee";
import { category, priority, type Priority } from "./model";

interface AssignmentRule {
  readonly id: string;
  readonly category: string | null;
  readonly priority: Priority | null;
  readonly assigneeId: string;
  readonly createdAt: Date;
}

const COLUMNS = `id, category, priority, assignee_id as "assigneeId", created_at as "createdAt"`;

const newRule = z.object({
  category: category.optional(),
  priority: priority.optional(),
  assigneeId: z.uuid(),
});

/** Rules that say who gets a new work order. */
export function assignmentRuleRoutes({ config, database, sessions, log }: Toolbox): Router {
  const router = Router();
  router.use(sessions.authenticate);

  router.get("/", async (_req, res) => {
    const assignmentRules = await database.query<AssignmentRule>(
      `select ${COLUMNS} from assignment_rules order by created_at`,
    );
    res.json({ assignmentRules });
  });

  router.post("/", adminOnly, async (req, res) => {
    const wanted = newRule.parse(req.body);
    const { userId, token } = principalOf(req);
    await checkAssignee(config, wanted.assigneeId, token);
    const [assignmentRule] = await database.query<AssignmentRule>(
      `insert into assignment_rules (category, priority, assignee_id, created_by) values ($1, $2, $3, $4)
       on conflict do nothing returning ${COLUMNS}`,
      [wanted.category, wanted.priority, wanted.assigneeId, userId],
    );
    if (assignmentRule === undefined) throw conflict("a rule for this category and priority exists already");
    log.info("assignment rule created", { rule: assignmentRule.id, assignee: wanted.assigneeId });
    res.status(201).json({ assignmentRule });
  });

  router.delete("/:id", adminOnly, async (req, res) => {
    const id = idOf(req.params.id, "the rule");
    const gone = await database.query(`delete from assignment_rules where id = $1 returning id`, [id]);
    if (gone.length === 0) throw notFound("the rule");
    res.status(204).end();
  });

  return router;
}

/** Who gets a new work order: the assignee of the most specific rule that matches, a category before a priority. */
export async function findAssignee(
  db: Queryable,
  forCategory: string,
  forPriority: Priority,
): Promise<string | undefined> {
  const [rule] = await db.query<{ assigneeId: string }>(
    `select assignee_id as "assigneeId" from assignment_rules
     where (category is null or category = $1) and (priority is null or priority = $2)
     order by (category is not null) desc, (priority is not null) desc limit 1`,
    [forCategory, forPriority],
  );
  return rule?.assigneeId;
}
