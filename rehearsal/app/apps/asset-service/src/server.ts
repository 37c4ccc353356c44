import { attachmentRoutes, startService } from "@emaintenance/service-kit";
import { assetRoutes } from "./asset-routes";

startService({
  name: "asset-service",
  defaultPort: 3003,
  dependencies: (config) => ({ "user-service": config.USER_SERVICE_URL }),
  routes: (app, tools) => {
    const assets = assetRoutes(tools);
    assets.use("/:id/attachments", attachmentRoutes(tools, "asset"));
    app.use("/api/assets", assets);
  },
});
