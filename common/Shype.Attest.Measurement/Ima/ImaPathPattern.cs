using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// A path with wildcards: <c>?</c> one character, <c>*</c> any number within one part of the path, <c>**</c> any number. Matching takes at most pattern times path
/// steps, whatever both are.
/// </summary>
public sealed class ImaPathPattern
{
    private readonly Step[] _steps;

    private ImaPathPattern(string text, Step[] steps) => (Text, _steps) = (text, steps);

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Whether it names one path only.</summary>
    public bool IsExact => !Text.AsSpan().ContainsAny('*', '?');

    /// <summary>Reads a pattern, or says why it is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out ImaPathPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = text.Length == 0 ? "is empty"
            : text.Length > MeasurementLimits.MaxImaPatternCharacters
                ? $"has {text.Length} characters, {MeasurementLimits.MaxImaPatternCharacters} are allowed ({nameof(MeasurementLimits.MaxImaPatternCharacters)})"
            : null;
        pattern = problem is null ? new ImaPathPattern(text, Compile(text)) : null;
        return pattern is not null;
    }

    /// <summary>Whether the pattern names this path.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        // All places in the pattern that the path read so far can have led to, instead of one after the other: no path makes it slow.
        Span<bool> here = stackalloc bool[_steps.Length + 1];
        Span<bool> next = stackalloc bool[_steps.Length + 1];
        here.Clear();
        here[0] = true;
        SkipStars(here);
        foreach (var character in path)
        {
            next.Clear();
            for (var i = 0; i < _steps.Length; i++)
            {
                if (!here[i])
                {
                    continue;
                }

                switch (_steps[i].Kind)
                {
                    case StepKind.Deep:
                    case StepKind.Star when character != '/':
                        next[i] = true;
                        break;
                    case StepKind.One when character != '/':
                    case StepKind.Literal when character == _steps[i].Character:
                        next[i + 1] = true;
                        break;
                }
            }

            SkipStars(next);
            var swap = here;
            here = next;
            next = swap;
        }

        return here[_steps.Length];
    }

    private void SkipStars(Span<bool> places)
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            if (places[i] && _steps[i].Kind is StepKind.Star or StepKind.Deep)
            {
                places[i + 1] |= places[i];
            }
        }
    }

    private static Step[] Compile(string text)
    {
        var steps = new List<Step>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '*')
            {
                steps.Add(text[i] == '?' ? new(StepKind.One, default) : new(StepKind.Literal, text[i]));
            }
            else if (i + 1 < text.Length && text[i + 1] == '*')
            {
                steps.Add(new(StepKind.Deep, default));
                i++;
            }
            else
            {
                steps.Add(new(StepKind.Star, default));
            }
        }

        return [.. steps];
    }

    private enum StepKind
    {
        Literal,
        One,
        Star,
        Deep,
    }

    private readonly record struct Step(StepKind Kind, char Character);
}
