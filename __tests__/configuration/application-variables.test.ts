import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

function variables() {
  const stack = new TestStack();
  void stack.variables;
  return stack.synthesise().variable;
}

describe("the variables of the application", () => {
  test("are those of the deployment document, and few more", () => {
    expect(Object.keys(variables())).toEqual([
      "IMAGES",
      "JWT_SECRET",
      "NEXT_PUBLIC_API_URL",
      "POSTGRES_PASSWORD",
      "REDIS_PASSWORD",
      "RELEASE",
    ]);
  });

  test.each(["POSTGRES_PASSWORD", "JWT_SECRET", "REDIS_PASSWORD"])(
    "%s is a secret, and has no value here",
    (name) => {
      expect(variables()[name]).toMatchObject({ type: "string", sensitive: true, default: "" });
    },
  );

  test.each(["IMAGES", "RELEASE", "NEXT_PUBLIC_API_URL"])("%s is no secret", (name) => {
    expect(variables()[name]).not.toHaveProperty("sensitive");
  });

  test("all say what they are for, and what they may hold", () => {
    for (const variable of Object.values(variables())) {
      expect(variable).toMatchObject({
        nullable: false,
        description: expect.stringMatching(/\.$/) as string,
      });
      expect(variable.validation?.length).toBeGreaterThan(0);
    }
  });

  test("leave the public origin to the operator", () => {
    expect(production().variable.NEXT_PUBLIC_API_URL?.default).toBe("");
  });
});
