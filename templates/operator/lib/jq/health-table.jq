# A line with tabs for each service. Input: the document of `emaintenance health`.

.services[] | [.instance, (if .healthy then "yes" else "no" end), "\(.milliseconds) ms", .message] | @tsv
