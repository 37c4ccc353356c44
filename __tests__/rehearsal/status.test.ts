import { containerTable } from "../../rehearsal/status";

test("the containers are a table whose columns fit", () => {
  const rows = [
    {
      name: "emaintenance-nginx",
      image: "nginx:1",
      status: "Up 2 seconds (healthy)",
      ports: "0.0.0.0:3030->80/tcp",
    },
    { name: "emaintenance-migration", image: "user-service:1", status: "Exited (0)", ports: "" },
  ];
  expect(containerTable(rows)).toBe(
    [
      "  CONTAINER               IMAGE           STATUS                  PORTS",
      "  emaintenance-nginx      nginx:1         Up 2 seconds (healthy)  0.0.0.0:3030->80/tcp",
      "  emaintenance-migration  user-service:1  Exited (0)",
    ].join("\n"),
  );
});

test("a host without containers is reported", () => {
  expect(containerTable([])).toBe("  no containers");
});
