import { escapeTemplate } from "../../../constructs/values/terraform-text";
import { goodValues } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

test("an escaped text comes out of the real Terraform as it went in", async () => {
  // GIVEN
  const texts = [
    "nginx's ${var} and $${x}",
    "a $$${z}",
    "date +%{d} and %%{d}",
    "unfinished ${ and %{",
    "$VAR $(id) $$ 100 % {}",
    "\\${x} \"q\" 'q' \\n \\",
    "line\nline\ttab\r\n",
  ];
  const terraform = await Terraform.on(production(), { texts: texts.map(escapeTemplate) });

  // WHEN
  const evaluated = await terraform.evaluate(goodValues());

  // THEN
  expect(evaluated.texts).toEqual(texts);
});
