namespace Shype.Attest.Completion;

/// <summary>Completion for bash 4 and later; needs neither the program nor the package bash-completion while it runs.</summary>
internal static class BashScript
{
    /// <summary>The script.</summary>
    public static string Of(CompletionTree tree) => $$"""
        # Completion of {{tree.Program}} for bash, written by "{{tree.Program}} completion bash".
        _{{tree.Function}}() {
          local at= word i words= files=
          local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
          COMPREPLY=()
        {{ShellWords.Walk(tree, "COMP_WORDS", 1, "COMP_CWORD")}}
          case "$at $before" in
        {{ShellWords.Lines(tree.Places.SelectMany(place => place.Options.Where(option => option.Values.Count > 0).Select(option =>
            $"    {ShellWords.Pattern(option.Names.Select(name => $"{place.Path} {name}"))}) words={ShellWords.Quote(string.Join(' ', option.Values))} ;;")))}}
            *)
              case "$before" in
                {{ShellWords.Pattern(tree.FileOptions)}}) files=yes ;;
                {{ShellWords.Pattern(tree.ValueOptions.Except(tree.FileOptions))}}) return ;;
                *)
                  case "$at" in
        {{ShellWords.Lines(tree.Places.Select(Case))}}
                  esac ;;
              esac ;;
          esac
          if [ -n "$files" ]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
          else
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
          fi
        }
        complete -F _{{tree.Function}} {{tree.Program}}

        """;

    private static string Case(CompletionPlace place)
    {
        var options = ShellWords.Quote(string.Join(' ', place.Options.SelectMany(option => option.Names)));
        var words = place.Commands.Select(command => command.Text).Concat(place.Values).ToArray();
        var otherwise = words.Length > 0 ? $"words={ShellWords.Quote(string.Join(' ', words))}" : place.TakesFile ? "files=yes" : ":";
        return $"            {ShellWords.Quote(place.Path)}) if [[ $current == -* ]]; then words={options}; else {otherwise}; fi ;;";
    }
}
