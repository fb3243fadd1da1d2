# pagerduty: the Events API v2. url is "https://events.pagerduty.com/v2/enqueue"
# (or the EU's); token_file holds the integration's routing key.
#
# developer.pagerduty.com/docs/events-api-v2/trigger-events: routing_key of 32
# characters, event_action trigger, acknowledge or resolve, dedup_key of at most
# 255 characters, summary of at most 1,024, severity critical, error, warning or
# info, and 512 KB in all. One event a request, so one item a notification:
#: items 1
#: token body

def action:
  if is_over then "resolve"
  elif told == "acknowledgement_expiring" then "acknowledge" else "trigger" end;

if ($token // "") == ""
then error("it needs a token_file with the routing key in channel \($channel.id)")
else . end
| . as $event | items[0]
| {routing_key: $token,
   event_action: action,
   dedup_key: ((.thread // $event.id) | tostring | shortened(255)),
   client: "pledged",
   payload: {
     summary: (headline | shortened(1024)),
     severity: ({"critical": "critical", "warning": "warning"}[.severity]
       // "info"),
     source: (subject | if . == "" then $event.source else . end | line
       | shortened(255)),
     timestamp: (.time // $event.time),
     class: (.kind // "news"),
     custom_details: (facts | map({key: .name, value: (.value | shortened(1000))})
       | from_entries)}}
