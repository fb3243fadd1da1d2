# mattermost: an incoming webhook of Mattermost. url is the whole URL that
# Mattermost gave; it is a secret. parameters: { channel = "…"; } posts to
# another channel than the webhook's own, where the server allows it.
#
# developers.mattermost.com/integrate/webhooks/incoming and …/reference/
# message-attachments: text and attachments read Markdown and @mentions. A post
# holds 16,383 characters (docs.mattermost.com, "message length"); the
# attachments of one webhook were refused above 7,900 by older servers
# (gitlab.com/gitlab-org/gitlab-foss/-/issues/37555), so 7,500 are made.

def text($most): fitted($most; markdown; utf16);
def colour: if is_over then "#2eb886"
  else {"critical": "#d50200", "warning": "#de9e31"}[.severity] // "#888888"
  end;

def attachment:
  {fallback: (headline | fitted(300; unmentioned; utf16)), color: colour,
   title: (headline | text(300)),
     text: (summary | text(600)),
     fields: [facts[]
       | {title: .name, value: (.value | text(300)), short: true}]};

as_many(10;
  {text: headlines(text(400)),
   attachments: [.items[] | attachment]}
  + (if ($channel.parameters.channel // "") == "" then {}
     else {channel: $channel.parameters.channel} end);
  (.attachments | tojson | utf16) <= 7500)
