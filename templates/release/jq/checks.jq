# What is written down of the checks after a deploy. Input: what the runner of the checks has printed.

{
  well,
  passed: [.checks[] | select(.result == "passed") | .name],
  failed: [.checks[] | select(.result == "failed") | .name],
  skipped: [.checks[] | select(.result == "skipped") | .name]
}
