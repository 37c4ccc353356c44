# The deploy that is under way, for a person; nothing if there is none. Input: the document of `emaintenance status`.

include "words";

select(.deploy != null) | .deploy | "deploy    under way since \(.started | ago) by \(.owner)"
