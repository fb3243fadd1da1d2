# teams: a Workflows webhook of Microsoft Teams ("Post to a channel when a
# webhook request is received"), as an Adaptive Card. url is the whole URL that
# the workflow gave; it is a secret.
#
# learn.microsoft.com/connectors/teams (known issues): a message of some 28 KB
# at most; rubydoc.info/gems/msteams_hermes found 21,000 bytes to be refused, so
# 20,000 are made.
# learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/
# cards-format: TextBlock and facts read Markdown; a TextRun of a RichTextBlock
# does not (learn.microsoft.com/adaptive-cards/authoring-cards/text-features,
# where {{DATE(…)}} is said to be replaced, too). Mentions need entities, of
# which there are none.

def teams:
  if . == 60 or . == 64 or . == 123 then as_is + "\u200b" else as_is end;

def text($most): fitted($most; teams; utf16);
def run($most): {type: "TextRun", text: text($most)};
def style: if is_over then "good"
  else {"critical": "attention", "warning": "warning"}[.severity] // "default"
  end;

# Each is a paragraph of runs that no Markdown is read in.
def rich: {type: "RichTextBlock", inlines: .};
def blocks:
  [[(headline | run(300)) + {weight: "Bolder", size: "Medium"}] | rich]
  + [summary | select(. != "") | [run(600)] | rich]
  + [facts[] | [{type: "TextRun", text: "\(.name): ", weight: "Bolder"},
      (.value | run(300))] | rich];

as_many(20;
  {type: "message",
   attachments: [{contentType: "application/vnd.microsoft.card.adaptive",
     content: {
       "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
       type: "AdaptiveCard", version: "1.4",
       body: ([.items[] | {type: "Container", style: style, items: blocks}]
         + (if .left > 0 then [[("and \(.left) more" | run(100))] | rich]
            else [] end))}}]};
  (tojson | bytes) <= 20000)
