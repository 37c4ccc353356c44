import { attachmentRoutes, startService } from "@emaintenance/service-kit";
import { assignmentRuleRoutes } from "./assignment-rules";
import { notificationRoutes } from "./notifications";
import { workOrderRoutes } from "./work-order-routes";

startService({
  name: "work-order-service",
  defaultPort: 3002,
  dependencies: (config) => ({ "user-service": config.USER_SERVICE_URL }),
  routes: (app, tools) => {
    const workOrders = workOrderRoutes(tools);
    workOrders.use("/:id/attachments", attachmentRoutes(tools, "work-order"));
    app.use("/api/work-orders", workOrders);
    app.use("/api/assignment-rules", assignmentRuleRoutes(tools));
    app.use("/api/notifications", notificationRoutes(tools));
  },
});
