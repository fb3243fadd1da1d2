# ntfy: a topic of an ntfy server, published as JSON. url is the server's root;
# parameters: { topic = "…"; } names the topic, which is a secret unless the
# server asks for a token (token_file).
#
# docs.ntfy.sh/publish/#publish-as-json: to the root, with topic, title,
# message, priority 1 to 5, tags. …#limitations: a message of 4,096 bytes, what
# is longer becomes a file. Without "markdown" it is read as plain text.

def text($most): fitted($most; as_is; bytes);
def entry:
  (summary | if . == "" then "" else . + "\n" end)
  + ([facts[] | "\(.name): \(.value | fitted(400; as_is; bytes))\n"] | add // "");
# The only one has its headline for a title.
def entries:
  if length == 1 then map(entry) else map(headline + "\n" + entry) end;
def priority:
  if all(is_over) then 3
  else {"critical": 5, "warning": 4}[map(select(is_over | not)) | worst] // 3 end;

if ($channel.parameters.topic // "") == ""
then error("it needs parameters: { topic = \"…\"; } in channel \($channel.id)")
else . end
| as_many(30;
  {topic: $channel.parameters.topic,
   title: headlines(text(220)),
   message: ((.items | entries | map(text(3900)) | join("\n"))
      + (if .left > 0 then "\nand \(.left) more\n" else "" end)),
   priority: (.items | priority),
   tags: [if .items | all(is_over) then "white_check_mark"
     else {"critical": "rotating_light", "warning": "warning"}[.items | worst]
       // "information_source" end]};
  (.message | bytes) <= 4000)
