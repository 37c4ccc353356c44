import { localName } from "../../constructs/local/instance-names";

test.each([
  ["emaintenance-user-service", undefined, "emaintenance-user-service"],
  ["postgres-data", undefined, "emaintenance-postgres-data"],
  ["emaintenance-network", "trial", "emaintenance-trial-network"],
  ["postgres-data", "trial", "emaintenance-trial-postgres-data"],
])("on a developer's machine, %s of the instance %s is called %s", (name, instance, expected) => {
  expect(localName(name, instance)).toBe(expected);
});
