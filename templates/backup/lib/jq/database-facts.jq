# The answer of PostgreSQL to DATABASE_FACTS, or nothing if it is invalid. What a restore computes with are numbers, and what
# it puts into a statement are plain words.

select(
  type == "object" and
  (.major | type == "number" and . > 0 and . < 1000 and . == floor) and
  (.bytes | type == "number" and . >= 0 and . < 1e18 and . == floor) and
  ([.version, .database, .user, .owner // ""] | all(type == "string")) and
  ([.encoding, .collate, .ctype] | all(type == "string" and test("^[A-Za-z0-9_.@ -]{1,100}$")))
)
