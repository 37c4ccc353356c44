# {service: [url]} of a service. Input: the addresses of its containers as one text, a line each. Further: $service, $port.

{($service): [split("\n")[] | split(" ")[0] // "" | select(. != "") | "http://\(.):\($port)"]}
