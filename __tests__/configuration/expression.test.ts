import { expression } from "../../constructs/configuration/expression";

test("an expression of Terraform reaches Terraform as it is written", () => {
  expect(expression('var.SERVER_IP != ""')).toBe('${var.SERVER_IP != ""}');
});
