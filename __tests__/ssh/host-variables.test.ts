import { TestStack } from "../support/test-stack";

describe("the variables of the host", () => {
  const stack = new TestStack();
  void stack.connection;
  const { variable } = stack.synthesise();

  test("say which VM it is and how to log in there", () => {
    expect(Object.keys(variable)).toEqual([
      "SERVER_IP",
      "SSH_HOST_KEYS",
      "SSH_JUMP_HOST",
      "SSH_JUMP_HOST_KEYS",
      "SSH_JUMP_PORT",
      "SSH_JUMP_USER",
      "SSH_PORT",
      "SSH_PRIVATE_KEY_FILE",
      "SSH_USER",
    ]);
  });

  test.each([
    ["SERVER_IP", ""],
    ["SSH_HOST_KEYS", ""],
    ["SSH_JUMP_HOST", ""],
    ["SSH_JUMP_HOST_KEYS", ""],
    ["SSH_JUMP_PORT", 22],
    ["SSH_JUMP_USER", ""],
    ["SSH_PORT", 22],
    ["SSH_PRIVATE_KEY_FILE", "~/.ssh/id_ed25519"],
    ["SSH_USER", "deploy"],
  ])("%s is %j by default", (name, value) => {
    expect(variable[name]?.default).toBe(value);
  });

  test("hold no secret: the key's path is known here, its content is not", () => {
    expect(Object.values(variable).some(({ sensitive }) => sensitive)).toBe(false);
  });
});
