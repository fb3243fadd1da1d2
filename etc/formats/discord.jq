# discord: a webhook of a Discord channel, as embeds. url is the whole URL that
# Discord gave; it is a secret.
#
# discord.com/developers/docs/resources/webhook#execute-webhook: content of at
# most 2000, at most 10 embeds; allowed_mentions with an empty parse mentions
# nobody. …/resources/message#embed-object-embed-limits: title 256, description
# 4096, at most 25 fields, their names 256 and values 1024, and 6000 in all the
# embeds of a message together. Markdown is read in all of them.

# <@…>, <#…>, <t:…> and the like begin with a <.
def discord: if . == 60 then "\\<" else markdown end;
def text($most): fitted($most; discord; utf16);
def colour: if is_over then 3066993
  else {"critical": 15158332, "warning": 15105570}[.severity] // 9807270 end;

def embed:
  {title: (headline | text(256)), color: colour,
   description: (summary | text(600)),
   fields: [facts[] | {name, value: (.value | text(300)), inline:
     (.name != "Why" and .name != "Late" and .name != "Acknowledged"
      and .name != "Stands for")}]}
  + (if .time then {timestamp: .time} else {} end);

def embed_size:
  [.title, .description, (.fields[] | .name, .value)] | map(utf16) | add;

as_many(10;
  {content: headlines(text(400)),
   embeds: [.items[] | embed],
   allowed_mentions: {parse: []}};
  (.embeds | map(embed_size) | add) <= 6000)
