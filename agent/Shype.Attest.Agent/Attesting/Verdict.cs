using System.Text.Json;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Attesting;

/// <summary>What a result token says, for showing. Nobody relies on it: the token is not checked here, since it is not for the agent but about it.</summary>
public sealed record Verdict
{
    /// <summary>The worst tier of all parts.</summary>
    public required string Status { get; init; }

    /// <summary>The host, and each VM.</summary>
    public required IReadOnlyList<VerdictPart> Parts { get; init; }

    /// <summary>Whether all is well: "affirming" and nothing else.</summary>
    public bool IsYes => Status == "affirming";

    /// <summary>Reads the claims of a token.</summary>
    /// <exception cref="AgentException">It is none that the agent can show.</exception>
    public static Verdict Read(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var pieces = token.Split('.');
        if (pieces.Length != 3 || !Base64UrlText.TryDecode(pieces[1], out var claims))
        {
            throw new AgentException(ExitCode.CouldNot, "the verifier's answer is no token");
        }

        try
        {
            using var document = JsonDocument.Parse(claims);
            var parts = document.RootElement.GetProperty("submods").EnumerateObject().Select(ReadPart).ToArray();
            return new Verdict { Status = Worst(parts), Parts = parts };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new AgentException(ExitCode.CouldNot, $"the verifier's answer is no attestation result: {e.Message}", e);
        }
    }

    private static VerdictPart ReadPart(JsonProperty part) => new(
        part.Name,
        part.Value.GetProperty("ear.status").GetString() ?? "none",
        part.Value.TryGetProperty("tag:shype.dev,2026:vm", out var vm) ? vm.GetProperty("name").GetString() : null,
        part.Value.TryGetProperty("tag:shype.dev,2026:findings", out var findings) ? [.. findings.EnumerateArray().Select(ReadFinding)] : []);

    private static VerdictFinding ReadFinding(JsonElement finding) => new(
        finding.GetProperty("code").GetString() ?? "", finding.GetProperty("severity").GetString() ?? "", finding.GetProperty("text").GetString() ?? "");

    private static string Worst(VerdictPart[] parts) =>
        Tiers.FirstOrDefault(tier => parts.Any(part => part.Status == tier)) ?? (parts.Length > 0 && parts.All(part => part.Status == "affirming") ? "affirming" : "none");

    // Worst first, as AR4SI orders them; what is not known is no yes.
    private static readonly string[] Tiers = ["contraindicated", "none", "warning"];
}

/// <summary>One part of a verdict.</summary>
/// <param name="Name">"host", or "vm/UUID".</param>
/// <param name="Status">Its tier.</param>
/// <param name="Vm">The VM's name.</param>
/// <param name="Findings">What was found, the most important first.</param>
public sealed record VerdictPart(string Name, string Status, string? Vm, IReadOnlyList<VerdictFinding> Findings);

/// <summary>One finding of a verdict.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Severity">"failure", "warning" or "information".</param>
/// <param name="Text">One sentence.</param>
public sealed record VerdictFinding(string Code, string Severity, string Text);
