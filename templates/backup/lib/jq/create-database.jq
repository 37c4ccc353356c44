# The statement that makes a database as the one was that a dump is of: what sorts differently would be another index. Input:
# the facts of that database, which database-facts.jq has let through.

"CREATE DATABASE verified TEMPLATE template0 ENCODING '\(.encoding)' LC_COLLATE '\(.collate)' LC_CTYPE '\(.ctype)'"
