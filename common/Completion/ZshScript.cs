namespace Shype.Attest.Completion;

/// <summary>Completion for zsh: a function for its fpath, or to be sourced after compinit.</summary>
internal static class ZshScript
{
    /// <summary>The script.</summary>
    public static string Of(CompletionTree tree) => $$"""
        #compdef {{tree.Program}}
        # Completion of {{tree.Program}} for zsh, written by "{{tree.Program}} completion zsh".
        _{{tree.Function}}() {
          local at='' word i before=${words[CURRENT-1]}
          local -a found
        {{ShellWords.Walk(tree, "words", 2, "CURRENT")}}
          case "$at $before" in
        {{ShellWords.Lines(tree.Places.SelectMany(place => place.Options.Where(option => option.Values.Count > 0).Select(option =>
            $"    {ShellWords.Pattern(option.Names.Select(name => $"{place.Path} {name}"))}) compadd -- {string.Join(' ', option.Values.Select(ShellWords.Quote))}; return ;;")))}}
          esac
          case "$before" in
            {{ShellWords.Pattern(tree.FileOptions)}}) _files; return ;;
            {{ShellWords.Pattern(tree.ValueOptions.Except(tree.FileOptions))}}) return ;;
          esac
          if [[ ${words[CURRENT]} == -* ]]; then
            case "$at" in
        {{ShellWords.Lines(tree.Places.Select(place => $"      {ShellWords.Quote(place.Path)}) found=({string.Join(' ', place.Options.SelectMany(option => option.Names.Select(name => Described(name, option.Meaning))))}) ;;"))}}
            esac
            _describe -o option found
          else
            case "$at" in
        {{ShellWords.Lines(tree.Places.Where(place => place.TakesFile || place.Commands.Count + place.Values.Count > 0).Select(Case))}}
            esac
            _describe command found
          fi
        }
        if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then _{{tree.Function}} "$@"; else compdef _{{tree.Function}} {{tree.Program}}; fi

        """;

    private static string Case(CompletionPlace place) => place.Commands.Count + place.Values.Count > 0
        ? $"      {ShellWords.Quote(place.Path)}) found=({string.Join(' ', place.Commands.Select(command => Described(command.Text, command.Meaning)).Concat(place.Values.Select(ShellWords.Quote)))}) ;;"
        : $"      {ShellWords.Quote(place.Path)}) _files; return ;;";

    private static string Described(string word, string meaning) => ShellWords.Quote($"{word}:{meaning.Replace(":", "\\:", StringComparison.Ordinal)}");
}
