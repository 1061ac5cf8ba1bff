using System.Globalization;

namespace Shype.Attest.Yaml;

/// <summary>A place in a file, as editors jump to it.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">From 1; 0 where the whole file is meant.</param>
/// <param name="Column">From 1; 0 where the whole file is meant.</param>
public readonly record struct YamlPosition(string File, int Line, int Column)
{
    /// <summary>"agent.yaml:3:7".</summary>
    public override string ToString() => Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}

/// <summary>Why a file is refused, and where.</summary>
/// <param name="Position">The place.</param>
/// <param name="Problem">What is wrong there, and what would be right.</param>
public sealed record YamlProblem(YamlPosition Position, string Problem)
{
    /// <summary>"agent.yaml:3:7: unknown key 'adress'".</summary>
    public override string ToString() => $"{Position}: {Problem}";
}

/// <summary>Thrown by whoever reads a file's values, and caught by <see cref="StrictYaml"/>: never seen outside.</summary>
public sealed class YamlRefusedException : Exception
{
    /// <summary>A refusal at a place.</summary>
    public YamlRefusedException(YamlPosition position, string problem)
        : base(problem) => Problem = new(position, problem);

    /// <summary>What is wrong where.</summary>
    public YamlProblem Problem { get; }
}
