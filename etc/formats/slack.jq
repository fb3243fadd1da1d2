# slack: an incoming webhook of a Slack app. url is the whole URL that Slack
# gave; it is a secret, so keep pledged.conf to its readers.
#
# docs.slack.dev/messaging/formatting-message-text: &, < and > are written as
# entities in every text, which leaves no way to write <!channel>.
# docs.slack.dev/reference/block-kit/blocks: at most 50 blocks a message;
# header: plain_text of 150; section: text of 3000, at most 10 fields of 2000.
# github.com/slackapi/bolt-js/issues/2509: all blocks together are refused from
# some 13,000 characters on (msg_blocks_too_long).

def slack:
  if . == 38 then "&amp;" elif . == 60 then "&lt;" elif . == 62 then "&gt;"
  elif . == 64 then "@\u200b" else as_is end;

def text($most): fitted($most; slack; utf16);
def plain($most): {type: "plain_text", text: text($most), emoji: false};

# Plain text throughout: none of it is read as markup.
def section($most): select(. != "") | {type: "section", text: plain($most)};
def blocks:
  [{type: "header", text: (headline | plain(150))}]
  + [summary | section(600)]
  + [[facts[:10][] | "\(.name): \(.value)" | plain(400)]
     | select(. != []) | {type: "section", fields: .}];

as_many(12;
  {text: headlines(text(300)),
   blocks: ((.items | map(blocks) | add)
     + (if .left > 0
        then [{type: "context", elements: ["and \(.left) more" | plain(100)]}]
        else [] end))};
  (.blocks | length) <= 50 and (.blocks | tojson | utf16) <= 12000)
