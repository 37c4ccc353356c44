# Every other service that needs one of some services, directly or not, in start order. Needs no input.
# Further: $system; the services are the positional arguments.

$system.services as $all |
$ARGS.positional as $given |

def widened:
  . as $known |
  [$all[] | select(.needs - (.needs - $known) != []) | .service] as $more |
  ($known + $more | unique) |
  if . == ($known | unique) then . else widened end;

(($given | widened) - $given) as $needing |
$all[] | .service | select(IN($needing[]))
