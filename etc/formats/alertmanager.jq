# alertmanager: the alerts of a Prometheus Alertmanager. url is its own with
# "/api/v2/alerts" at the end.
#
# prometheus.io/docs/alerting/latest/alerts_api: an array of {labels,
# annotations, startsAt, endsAt}; the labels tell alerts apart, so they are the
# same when it ends (an edit of the register that changes one of them leaves the
# alert of before to be ended by hand). What has no endsAt ends after a time; we
# do not say again and again that it fires, so it ends in ten years unless we say
# otherwise. News that is no alert has none. Names of labels: letters, digits, _.

def decade_after: fromdate + 315360000 | todate;
def label_name: "label_" + gsub("[^A-Za-z0-9_]"; "_");

def labels($event):
  {alertname: "pledged", class: .class, milestone, source, indicator, channel,
   severity: (.assessment.severity // "warning"),
   pledge: .assessment.pledge, instrument: .assessment.instrument,
   obligor: .assessment.obligor,
   thread: (if .alert == null then .event else .thread // $event.id end)}
  + ((.assessment.labels // {}) | with_entries(.key |= label_name))
  | with_entries(select(.value != null) | .value |= (line | shortened(300))
      | select(.value != ""));

def annotations:
  {summary: (headline | shortened(500)), kind: .kind, told: told,
   description: ([summary, (facts[] | "\(.name): \(.value)")] | join("\n")
     | shortened(2000))}
  | with_entries(select(.value != null));

. as $event
| [items[] | {labels: labels($event), annotations: annotations}
    + (if .alert == null then {startsAt: (.time // $event.time)}
       elif is_over then {endsAt: (.time // $event.time)}
       else {startsAt: (.time // $event.time),
             endsAt: ((.time // $event.time) | decade_after)} end)]
