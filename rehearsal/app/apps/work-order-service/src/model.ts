import * as z from "zod";

/** A work order as clients see one. */
export interface WorkOrder {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly priority: Priority;
  readonly status: Status;
  readonly assetId: string | null;
  readonly assigneeId: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Columns of a `WorkOrder`, in SQL. */
export const WORK_ORDER_COLUMNS = `id, number::integer as number, title, description, category, priority, status,
  asset_id as "assetId", assignee_id as "assigneeId", created_by as "createdBy",
  created_at as "createdAt", updated_at as "updatedAt"`;

export const priority = z.enum(["low", "medium", "high", "urgent"]);
export type Priority = z.infer<typeof priority>;

export const status = z.enum(["open", "assigned", "in_progress", "done", "cancelled"]);
export type Status = z.infer<typeof status>;

export const category = z.string().trim().toLowerCase().min(1).max(40);
