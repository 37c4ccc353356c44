import { Fn, Token } from "cdktf";
import { escapeTemplate } from "../../constructs/values/terraform-text";

describe("a literal text for Terraform", () => {
  test.each([
    ["nginx's ${var}", "nginx's $${var}"],
    ["date +%{d}", "date +%%{d}"],
    ['"${a}" and "${b}"', '"$${a}" and "$${b}"'],
    ["$${x}", "$$${x}"],
  ])("%s is written %s, so that it stays what it is", (text, escaped) => {
    expect(escapeTemplate(text)).toBe(escaped);
  });

  test.each(["$VAR", "$(date)", "100 %", "$$", "{}", ""])("%j needs no escape", (text) => {
    expect(escapeTemplate(text)).toBe(text);
  });

  test("a text with a reference in it is an expression, and stays one", () => {
    const withReference = `postgresql://postgres:${Fn.urlencode(Token.asString({ resolve: () => "x" }))}@db`;

    expect(escapeTemplate(withReference)).toBe(withReference);
  });
});
