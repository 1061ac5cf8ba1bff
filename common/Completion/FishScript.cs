namespace Shype.Attest.Completion;

/// <summary>Completion for fish 3 and later.</summary>
internal static class FishScript
{
    /// <summary>The script.</summary>
    public static string Of(CompletionTree tree) => $$"""
        # Completion of {{tree.Program}} for fish, written by "{{tree.Program}} completion fish".
        function __{{tree.Function}}_at
            set -l at ''
            set -l skip no
            for word in (commandline -opc)[2..-1]
                if test $skip = yes
                    set skip no
                    continue
                end
                switch $word
                    case {{Words(tree.ValueOptions)}}
                        set skip yes
                        continue
                end
                switch "$at $word"
                    case {{Words(tree.Places.Skip(1).Select(place => place.Path))}}
                        set at "$at $word"
                end
            end
            test "$at" = "$argv[1]"
        end
        complete -c {{tree.Program}} -f
        {{ShellWords.Lines(tree.Places.SelectMany(place => Place(tree, place)))}}

        """;

    private static IEnumerable<string> Place(CompletionTree tree, CompletionPlace place)
    {
        var here = $"complete -c {tree.Program} -n {Quote($"__{tree.Function}_at {Quote(place.Path)}")}";
        foreach (var command in place.Commands)
        {
            yield return $"{here} -a {Quote(command.Text)} -d {Quote(command.Meaning)}";
        }

        foreach (var value in place.Values)
        {
            yield return $"{here} -a {Quote(value)}";
        }

        if (place.TakesFile && place.Commands.Count == 0)
        {
            yield return $"{here} -F";
        }

        foreach (var option in place.Options)
        {
            var names = string.Join(' ', option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : name.Length == 2 ? $"-s {name[1..]}" : $"-o {name[1..]}"));
            var value = option.TakesFile ? " -r -F" : option.Values.Count > 0 ? $" -x -a {Quote(string.Join(' ', option.Values))}" : option.TakesValue ? " -x" : "";
            yield return $"{here} {names}{value} -d {Quote(option.Meaning)}";
        }
    }

    private static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    // In fish's single quotes a backslash and a quote are escaped by a backslash.
    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
