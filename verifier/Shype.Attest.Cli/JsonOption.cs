using System.CommandLine;

namespace Shype.Attest.Cli;

/// <summary>The option that every command has.</summary>
public static class JsonOption
{
    /// <summary>Its name.</summary>
    public const string Name = "--json";

    /// <summary>The option, for one command.</summary>
    public static Option<bool> Create() => new(Name) { Description = "Print JSON" };
}
