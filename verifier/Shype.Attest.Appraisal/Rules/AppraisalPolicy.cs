using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Shype.Attest.Yaml;

namespace Shype.Attest.Appraisal.Rules;

/// <summary>The document in which an operator says what is demanded of a group of hosts (docs/appraisal-policy.md).</summary>
public sealed record AppraisalPolicy
{
    /// <summary>The group of every host that nobody put into another one.</summary>
    public const string DefaultGroup = "default";

    /// <summary>The group of hosts.</summary>
    public required string Group { get; init; }

    /// <summary>The document's name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What it demands, named after the document without a version.</summary>
    public required AppraisalRules Rules { get; init; }

    /// <summary>The document as it was written.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>SHA-256 of it.</summary>
    public ReadOnlyMemory<byte> Digest => Rules.PolicyDigest!.Value;

    /// <summary>Reads a document, or says what is wrong, with line and column, and what would be right; <paramref name="file"/> stands in the message.</summary>
    public static bool TryRead(
        string file, ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out AppraisalPolicy? policy, [NotNullWhen(false)] out YamlProblem? problem)
    {
        policy = null;
        if (utf8.Length > AppraisalLimits.MaxAppraisalPolicyBytes)
        {
            problem = new YamlProblem(new YamlPosition(file, 0, 0), $"{utf8.Length} bytes, {AppraisalLimits.MaxAppraisalPolicyBytes} are allowed ({nameof(AppraisalLimits.MaxAppraisalPolicyBytes)})");
            return false;
        }

        var digest = SHA256.HashData(utf8.Span);
        return StrictYaml.TryRead(file, utf8.Span, map => AppraisalPolicyReader.Read(map, utf8, digest), out policy, out problem);
    }

    /// <summary>The rules as a version of the document that is in force; results name both.</summary>
    public AppraisalRules InForce(long version) =>
        Rules with { PolicyId = Rules.PolicyId + "/" + version.ToString(CultureInfo.InvariantCulture) };

    /// <summary>Whether a text can name a group or a document: it stands in addresses and results.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxName } && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Characters of a name.</summary>
    public const int MaxName = 64;
}
