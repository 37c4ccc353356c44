import { conflict, found, principalOf, tooMany, unauthorized, type Toolbox } from "@emaintenance/service-kit";
import { Router } from "express";
import { hashPassword, verifyPassword } from "./passwords";
import { USER_COLUMNS, credentials, insertUser, registration, type User } from "./users";

const MAX_FAILURES = 10;
const FAILURE_WINDOW_SECONDS = 15 * 60;
/** Key of the advisory lock under which it is decided who is first. */
const FIRST_USER_LOCK = 727_001;

/** Registration, login, logout and "who am I". */
export function authRoutes({ database, cache, sessions, log }: Toolbox): Router {
  const router = Router();
  // Compared with when the user does not exist, so that the time of an answer does not tell who does.
  const nobody = hashPassword("nobody has this password");

  router.post("/register", async (req, res) => {
    const wanted = registration.parse(req.body);
    const [user] = await database.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock($1)", [FIRST_USER_LOCK]);
      const anyone = await tx.query("select 1 from users limit 1");
      return insertUser(tx, { ...wanted, role: anyone.length === 0 ? "admin" : "technician" });
    });
    if (user === undefined) throw conflict(`the user name ${wanted.username} is taken`);
    log.info("user registered", { user: user.username, role: user.role });
    res.status(201).json({ user });
  });

  router.post("/login", async (req, res) => {
    const { username, password } = credentials.parse(req.body);
    const failuresKey = `login-failures:${username}`;
    if (((await cache.get<number>(failuresKey)) ?? 0) >= MAX_FAILURES) {
      throw tooMany("too many failed logins for this user, try again in a quarter of an hour");
    }
    const [row] = await database.query<User & { passwordHash: string }>(
      `select ${USER_COLUMNS}, password_hash as "passwordHash" from users where username = $1`,
      [username],
    );
    const matches = await verifyPassword(password, row?.passwordHash ?? (await nobody));
    if (row === undefined || !matches || !row.active) {
      await cache.count(failuresKey, FAILURE_WINDOW_SECONDS);
      throw unauthorized("user name or password is wrong");
    }
    await cache.forget(failuresKey);
    const { passwordHash: _, ...user } = row;
    res.json({ token: await sessions.open(user), user });
  });

  router.get("/me", sessions.authenticate, async (req, res) => {
    const rows = await database.query<User>(`select ${USER_COLUMNS} from users where id = $1`, [
      principalOf(req).userId,
    ]);
    res.json({ user: found(rows, "the user") });
  });

  router.post("/logout", sessions.authenticate, async (req, res) => {
    await sessions.close(principalOf(req).sessionId);
    res.status(204).end();
  });

  return router;
}
