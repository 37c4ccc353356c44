# The problems, for a person. Input: the document of `emaintenance status`.

include "words";

if .well then "all is well"
else "\(.problems | length) problem(s):", (.problems[] | problem_in_words) end
