# What formats have in common. It stands before every program named in a
# webhook's `format`, shipped or your own: pledged.conf(5), FORMATS.
#
# . is the CloudEvents object; $channel its channel's {id, parameters}; $token
# the text of its token_file, or null. No clock, no chance, no files.

# --- what is told ------------------------------------------------------------

# One or many, each as the `data` of a notification of one.
def items:
  if (.data.items | type) == "array" then .data.items else [.data // {}] end;

# Of an item: the id of what it is about, "" of none.
def subject: .milestone // .source // .indicator // .channel // "";

# … why people hear of it: "first", "changed", "reminder", "resolved" …
def told: .told_as // "first";
def is_over: told | . == "resolved" or . == "withdrawn";

# The worst severity of some items.
def worst:
  map(.severity // "info")
  | if any(. == "critical") then "critical"
    elif any(. == "warning") then "warning" else "info" end;

# --- text --------------------------------------------------------------------

# Control characters, what turns the direction of text, and what nobody sees.
def _unfit:
  "[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{61c}\\x{200e}\\x{200f}\\x{2028}-\\x{202e}"
  + "\\x{2060}-\\x{206f}\\x{feff}\\x{fff9}-\\x{fffb}\\x{e0000}-\\x{e007f}]";
def _is_space: . == 9 or . == 10 or . == 13 or . == 8232 or . == 8233;

# Any value as one line without them, of at most 2,000 code points.
def line:
  if . == null then "" elif type == "string" then .[:2000]
  else tojson | .[:2000] end
  | if test(_unfit)
    then explode
      | map(if _is_space then 32
            elif . >= 32 and . < 127 then .
            elif [.] | implode | test(_unfit) then 65533 else . end)
      | implode
    else . end;

# How long a text is: in code points (length), in UTF-16 units, in bytes.
def utf16:
  length + (if utf8bytelength == length then 0
            else [explode[] | select(. > 65535)] | length end);
def bytes: utf8bytelength;

# A code point that belongs to the one before it.
def _extends:
  (. >= 768 and . <= 879) or (. >= 6832 and . <= 6911)
  or (. >= 8400 and . <= 8447) or . == 8205 or (. >= 65024 and . <= 65039)
  or (. >= 65056 and . <= 65071) or (. >= 127995 and . <= 127999);

# The nearest place at or before $place that parts no character, if near.
def _whole($points; $place):
  first((range(0; 16) | $place - .
         | select(. <= 0 or (($points[.] | _extends | not)
                             and $points[. - 1] != 8205))),
        $place)
  | if . < 0 then 0 else . end;

# A text of which each code point is written by `escape` (a number to a text),
# of at most $most as `size` measures; cut between characters, with "…" then.
def fitted($most; escape; size):
  explode as $points
  | [$points[:$most + 1][] | escape] as $parts
  | [foreach $parts[] as $part (0; . + ($part | size); .)] as $ends
  | if ($points | length) <= $most and ($ends[-1] // 0) <= $most
    then $parts | add // ""
    else ($most - ("…" | size)) as $room
      | ([$ends[] | select(. <= $room)] | length) as $place
      | if $room < 0 then ""
        else ($parts[:_whole($points; $place)] | add // "") + "…" end
    end;

# The same without escapes, measured in code points.
def shortened($most):
  if length <= $most then .
  else .[:_whole(.[:$most] | explode; $most - 1)] + "…" end;

# No escapes.
def as_is: [.] | implode;
# What would mention people is parted by a space of no width.
def unmentioned: if . == 64 then "@\u200b" else as_is end;
# Markdown's own characters behind a backslash.
def markdown:
  if . as $c | "\\`*_{}[]()#+-.!|~>" | explode | any(. == $c)
  then "\\" + as_is else unmentioned end;

# --- facts -------------------------------------------------------------------

def _grouped:
  if test("^-?[0-9]+([.][0-9]+)?$")
  then capture("^(?<sign>-?)(?<whole>[0-9]+)(?<rest>.*)$")
    | .whole as $whole | ($whole | length) as $length
    | .sign + ([range(0; $length)
        | (if . > 0 and ($length - .) % 3 == 0 then "," else "" end)
          + $whole[.:. + 1]] | add) + .rest
  else . end;

# A number as people read it, with its unit.
def amount($unit):
  if . == null then null
  else (tostring | _grouped)
    + (if $unit == null or $unit == "1" then "" else " " + $unit end) end;

def _words: if . == null then null else line | gsub("_"; " ") end;

# A time at the end of a day is that day.
def day: if . == null then null else sub("T23:59:59.*$"; "") end;

# Of an item: what a person needs to act, as [{name, value}], in order.
def facts:
  . as $item | (.assessment // {}) as $a
  | [{name: "Status", value: (($a.status // .to) | _words)},
     {name: "Before", value: (if .from != .to then .from | _words
                              else null end)},
     {name: "Obligor", value: $a.obligor},
     {name: "Owner", value: $a.owner},
     {name: "Due", value: (if $a.due == null then null
        else ($a.due | day) + (if ($a.days_overdue // 0) > 0
          then " (\($a.days_overdue) days overdue)" else "" end) end)},
     {name: "Actual", value: ($a.actual | amount($a.unit))},
     {name: "Target", value: ($a.target | amount($a.unit))},
     {name: "Pace", value: (if $a.pace == null then null
        else "\($a.pace * 1000 | round / 10) % of what the path requires"
        end)},
     {name: "Why", value: .reason},
     {name: "Late", value: (if .late == null then null
        else "would have been told at \(.late), had pledged been running"
        end)},
     {name: "Acknowledged", value: (if .acknowledged == null then null
        else "by \(.acknowledged.by) until \(.acknowledged.until): "
          + (.acknowledged.note // "") end)},
     {name: "Stands for", value: (if (.consequences // []) == [] then null
        else (.consequences | length) as $named
          | (.consequences | map(line) | join(", "))
            + ((.consequence_count // 0) - $named
               | if . > 0 then " and \(.) more" else "" end) end)},
     {name: "Undelivered to", value: .undelivered}]
  | map(.value |= line | select(.value != ""));

# Of an item: what it says in one line, and in a sentence.
def headline:
  (if (.headline // "") == "" then "\(.kind // "news"): \(subject)"
   else .headline end) | line;
def summary: (.summary // .reason // "") | line;

# Of what `as_many` renders: the first headline, cut, and how many more.
def headlines(cut):
  (.items[0] | headline | cut)
  + (.left + (.items | length) - 1
     | if . > 0 then " and \(.) more" else "" end);

# --- fitting many into one ---------------------------------------------------

# What `render` makes of {items, left} with as many of the items as `fits`,
# at most $most; left: how many are not among them. The first always is.
def as_many($most; render; fits):
  items as $all | ($all | length) as $count
  | def some($n): {items: $all[:$n], left: ($count - $n)} | render;
    def search($good; $bad):
      if $bad - $good <= 1 then $good
      else (($good + $bad) / 2 | floor) as $n
        | if some($n) | fits then search($n; $bad) else search($good; $n) end
      end;
    some(search(1; ([$count, $most] | min) + 1));
