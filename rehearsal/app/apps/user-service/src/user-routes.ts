import { adminOnly, conflict, found, idOf, pageQuery, type Toolbox } from "@emaintenance/service-kit";
import { Router } from "express";
import { USER_COLUMNS, insertUser, newUser, type User } from "./users";

const CACHE_SECONDS = 60;

/** Users, for every logged-in user to read and for admins to create. */
export function userRoutes({ database, cache, sessions, log }: Toolbox): Router {
  const router = Router();
  router.use(sessions.authenticate);

  router.get("/", async (req, res) => {
    const { limit, offset } = pageQuery.parse(req.query);
    const users = await database.query<User>(
      `select ${USER_COLUMNS} from users order by username limit $1 offset $2`,
      [limit, offset],
    );
    res.json({ users });
  });

  router.post("/", adminOnly, async (req, res) => {
    const wanted = newUser.parse(req.body);
    const [user] = await insertUser(database, wanted);
    if (user === undefined) throw conflict(`the user name ${wanted.username} is taken`);
    log.info("user created", { created: user.username, role: user.role });
    res.status(201).json({ user });
  });

  router.get("/:id", async (req, res) => {
    const id = idOf(req.params.id, "the user");
    const user = await cache.remember(`cache:user:${id}`, CACHE_SECONDS, async () =>
      found(await database.query<User>(`select ${USER_COLUMNS} from users where id = $1`, [id]), "the user"),
    );
    res.json({ user });
  });

  return router;
}
