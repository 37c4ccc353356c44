# Name of the newest backup that is not known to be bad; nothing if there is none. Input: the backups, the newest first. The
# kinds that will do are the positional arguments.

map(select(
  .broken == null and
  .verified.ok != false and
  (.kind | IN($ARGS.positional[]))
)) | .[0].set // empty
