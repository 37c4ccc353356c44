# The release and the scripts, for a person. Input: the document of `emaintenance version`.

"release \(if .releases == [] then "none: no service runs" else .releases | join(", ") end)",
"scripts \(.scripts)\(if .changed == [] then "" else ", of which were changed by hand:" end)",
(.changed[] | "  \(.)")
