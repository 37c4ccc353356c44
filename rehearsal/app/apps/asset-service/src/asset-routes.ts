import {
  conflict,
  found,
  getFromPeer,
  idOf,
  pageQuery,
  principalOf,
  unprocessable,
  type Toolbox,
} from "@emaintenance/service-kit";
import { Router } from "express";
import * as z from "zod";

interface Asset {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly location: string;
  readonly status: string;
  readonly responsibleId: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = `id, code, name, location, status, responsible_id as "responsibleId", created_by as "createdBy",
  created_at as "createdAt", updated_at as "updatedAt"`;

const newAsset = z.object({
  code: z.string().trim().min(1).max(40),
  name: z.string().trim().min(1).max(120),
  location: z.string().trim().max(120).default(""),
  status: z.enum(["operational", "maintenance", "retired"]).default("operational"),
  responsibleId: z.uuid().optional(),
});

/** The first page of the list is what every open web page asks for again and again. */
const FIRST_PAGE_KEY = "cache:assets:first-page";
const CACHE_SECONDS = 30;

/** Machines, buildings and whatever else is maintained. */
export function assetRoutes({ config, database, cache, sessions, log }: Toolbox): Router {
  const router = Router();
  router.use(sessions.authenticate);

  router.get("/", async (req, res) => {
    const { limit, offset } = pageQuery.parse(req.query);
    const load = (): Promise<Asset[]> =>
      database.query<Asset>(
        `select ${COLUMNS} from assets order by created_at desc, code limit $1 offset $2`,
        [limit, offset],
      );
    const isFirstPage = Object.keys(req.query).length === 0;
    const assets = isFirstPage ? await cache.remember(FIRST_PAGE_KEY, CACHE_SECONDS, load) : await load();
    res.json({ assets });
  });

  router.post("/", async (req, res) => {
    const wanted = newAsset.parse(req.body);
    const { userId, token } = principalOf(req);
    if (wanted.responsibleId !== undefined && config.USER_SERVICE_URL !== undefined) {
      const user = await getFromPeer(config.USER_SERVICE_URL, `/api/users/${wanted.responsibleId}`, token);
      if (user === undefined) throw unprocessable("the responsible user does not exist");
    }
    const [asset] = await database.query<Asset>(
      `insert into assets (code, name, location, status, responsible_id, created_by) values ($1, $2, $3, $4, $5, $6)
       on conflict (code) do nothing returning ${COLUMNS}`,
      [wanted.code, wanted.name, wanted.location, wanted.status, wanted.responsibleId, userId],
    );
    if (asset === undefined) throw conflict(`an asset with the code ${wanted.code} exists already`);
    await cache.forget(FIRST_PAGE_KEY);
    log.info("asset created", { asset: asset.id, code: asset.code });
    res.status(201).json({ asset });
  });

  router.get("/:id", async (req, res) => {
    const id = idOf(req.params.id, "the asset");
    res.json({
      asset: found(
        await database.query<Asset>(`select ${COLUMNS} from assets where id = $1`, [id]),
        "the asset",
      ),
    });
  });

  return router;
}
