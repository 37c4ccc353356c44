import { type Queryable, type Role } from "@emaintenance/service-kit";
import * as z from "zod";
import { hashPassword } from "./passwords";

/** A user as clients see one. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly createdAt: Date;
}

/** Columns of a `User`, in SQL. */
export const USER_COLUMNS = `id, username, name, role, active, created_at as "createdAt"`;

const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{2,31}$/, "3 to 32 letters, digits, dots, dashes or underscores");

/** What a login sends. */
export const credentials = z.object({
  username: z.string().trim().toLowerCase().max(64),
  password: z.string().max(128),
});

/** What a registration sends. */
export const registration = z.object({
  username,
  password: z.string().min(8).max(128),
  name: z.string().trim().min(1).max(100).optional(),
});

/** What an admin sends to create a user. */
export const newUser = registration.extend({ role: z.enum(["admin", "technician"]).default("technician") });

/** Stores a user; the password is stored as a hash only. */
export async function insertUser(db: Queryable, user: z.infer<typeof newUser>): Promise<User[]> {
  return db.query<User>(
    `insert into users (username, name, role, password_hash) values ($1, $2, $3, $4)
     on conflict (username) do nothing returning ${USER_COLUMNS}`,
    [user.username, user.name ?? user.username, user.role, await hashPassword(user.password)],
  );
}
