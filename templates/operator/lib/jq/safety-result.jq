# The document of `emaintenance safety-check`. Input: the findings. Further: $strict, empty where warnings are no failure.

sort_by({error: 0, warning: 1, notice: 2}[.severity]) |
{
  safe: all(.severity == "notice" or (.severity == "warning" and $strict == "")),
  time: (now | todate),
  findings: .
}
