# The records of releases with what the host knows of them, the newest first. Input: the records. Further: $here, ids of all
# images on the host; $running, image by service of what runs.

map(. + {
  imagesHere: (.images | length > 0 and all(.id | IN($here[]))),
  serving: ((.images | map_values(.id)) == $running)
}) | sort_by(.ended) | reverse
