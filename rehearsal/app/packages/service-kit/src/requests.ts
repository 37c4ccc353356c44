import * as z from "zod";
import { notFound } from "./errors";

/** Limit and offset of a list, from the query string. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).default(0),
});

/** The id in a path; anything that is not a UUID is simply not found. */
export function idOf(value: unknown, what: string): string {
  const id = z.uuid().safeParse(value);
  if (!id.success) throw notFound(what);
  return id.data;
}

/** One row, or 404. */
export function found<T>(rows: readonly T[], what: string): T {
  const [row] = rows;
  if (row === undefined) throw notFound(what);
  return row;
}
