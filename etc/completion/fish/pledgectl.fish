# fish completion for pledgectl: the program itself tells what may stand there.

function __pledgectl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found ($words[1] complete $words[2..-1] "$word" 2>/dev/null)
    if test "$found" = :files
        __fish_complete_path "$word"
    else if set -q found[1]
        printf '%s\n' $found
    end
end

complete -c pledgectl -f -a '(__pledgectl_complete)'
