import { formatCpus, parseCpus } from "../../../lib/plugins/docker/cpus";

test.each([
  ["1", "1.0"],
  ["1.0", "1.0"],
  ["2", "2.0"],
  ["0.5", "0.5"],
  ["0.50", "0.5"],
  ["0.25", "0.25"],
  ["0.333", "0.333"],
  ["1.5", "1.5"],
  ["0.1", "0.1"],
  // Rounded to one digit.
  ["0.05", "0.1"],
  ["0.01", "0.0"],
  ["2.05", "2.05"],
  // Too many zeros before the point, so that all after it go.
  ["10", "10."],
  ["10.5", "10.5"],
  ["100", "100."],
])("%s is read back as %s", (written, read) => {
  expect(formatCpus(parseCpus(written))).toBe(read);
});

test.each(["one", "", "1 core"])("%p is refused", (text) => {
  expect(() => parseCpus(text)).toThrow(`cpus is "${text}"`);
});
