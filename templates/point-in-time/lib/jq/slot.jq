# What PostgreSQL says of its replication slot, or null if it has none; an error if it is something else. A generation is
# the name of a folder, and the rest is computed with.

if . == null or (
  type == "object" and
  (.generation | type == "string" and test("^[0-9]{14}$")) and
  (.active | type == "boolean") and
  (.status | type == "string" or . == null) and
  (.behindBytes | type == "number" or . == null)
)
then . else error end
