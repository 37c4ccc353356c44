import { Naming } from "../constructs/naming";
import { ServiceCatalogue } from "../constructs/services/service-catalogue";

describe("the names of the system", () => {
  test("are those of the deployment document", () => {
    expect(ServiceCatalogue.builtIn.names.map(Naming.container)).toEqual([
      "emaintenance-postgres",
      "emaintenance-redis",
      "emaintenance-user-service",
      "emaintenance-work-order-service",
      "emaintenance-asset-service",
      "emaintenance-web",
      "emaintenance-nginx",
    ]);
    expect(Naming.network).toBe("emaintenance-network");
    expect(Naming.dataNetwork).toBe("emaintenance-data");
  });

  test("number the containers of a service from the second one on", () => {
    expect([1, 2].map((number) => Naming.instance("web", number))).toEqual([
      "emaintenance-web",
      "emaintenance-web-2",
    ]);
  });

  test("have a short form on the network", () => {
    expect(Naming.aliases("web")).toEqual(["web", "emaintenance-web"]);
  });

  test("are valid in Terraform's addresses", () => {
    expect(Naming.terraformId("work-order-service")).toBe("work_order_service");
  });
});
