# What PostgreSQL says of itself before a base backup, or nothing if it is something else: numbers are computed with.

select(
  type == "object" and
  (.version | type == "string") and
  ([.major, .segmentBytes, .databaseBytes] | all(type == "number" and . > 0 and . < 1e18 and . == floor))
)
