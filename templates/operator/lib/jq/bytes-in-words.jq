# A number of bytes, for a person.

include "words";

bytes_in_words
