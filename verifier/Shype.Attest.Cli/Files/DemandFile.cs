using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Yaml;

namespace Shype.Attest.Cli.Files;

/// <summary>What somebody demands, from a file (docs/guarantees.md).</summary>
public static class DemandFile
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is not understood; the message names line and column.</exception>
    public static DemandSet Read(string name, ReadOnlySpan<byte> utf8)
    {
        return StrictYaml.TryRead(name, utf8, Read, out var demands, out var problem) ? demands : throw CommandException.Unusable(problem.ToString());
    }

    private static DemandSet Read(YamlMap file)
    {
        file.Only("mediators", "guarantees");
        var guarantees = file.Find("guarantees") ?? throw file.Refuse("'guarantees' is missing: a list of demands");
        return Grammar.Read(new YamlDemandValue(guarantees), file.Find("mediators") is { } mediators ? new YamlDemandValue(mediators) : null);
    }

    private static readonly DemandGrammar Grammar = new() { MaxDemands = 1000, MaxLabels = AcmLimits.MaxVmLabels };
}
