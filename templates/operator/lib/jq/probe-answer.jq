# How a service has answered. Needs no input. Further: $healthy, $message, and $body as text, which may be empty, or JSON.

{healthy: $healthy, message: $message, body: (if $body == "" then null else $body | fromjson? // . end)}
