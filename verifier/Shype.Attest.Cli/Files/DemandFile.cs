using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Isolation.Acm;

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
        var file = StrictYaml.Read(name, utf8).Map("mediators", "guarantees");
        return Grammar.Read(file.Find("guarantees") ?? throw file.Refuse("'guarantees' is missing: a list of demands"), file.Find("mediators"));
    }

    private static readonly DemandGrammar Grammar = new() { MaxDemands = 1000, MaxLabels = AcmLimits.MaxVmLabels };
}
