import { startService } from "@emaintenance/service-kit";
import { authRoutes } from "./auth-routes";
import { userRoutes } from "./user-routes";

startService({
  name: "user-service",
  defaultPort: 3001,
  routes: (app, tools) => {
    app.use("/api/auth", authRoutes(tools));
    app.use("/api/users", userRoutes(tools));
  },
});
