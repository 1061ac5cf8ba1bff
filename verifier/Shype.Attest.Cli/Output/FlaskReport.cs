using System.Text.Json.Serialization;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Cli.Output;

/// <summary>A binary policy of FLASK in JSON.</summary>
public sealed record FlaskReport
{
    /// <summary>Whose policy it is: xen or selinux.</summary>
    [JsonPropertyName("target")]
    public required string Target { get; init; }

    /// <summary>The version of the format.</summary>
    [JsonPropertyName("version")]
    public required int Version { get; init; }

    /// <summary>Whether contexts have levels.</summary>
    [JsonPropertyName("mls")]
    public required bool Mls { get; init; }

    /// <summary>deny, reject or allow: what becomes of permissions that the policy does not know.</summary>
    [JsonPropertyName("handle_unknown")]
    public required string HandleUnknown { get; init; }

    /// <summary>How much of everything it holds, as seinfo names it.</summary>
    [JsonPropertyName("counts")]
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>The booleans and what they are when it is loaded.</summary>
    [JsonPropertyName("booleans")]
    public required IReadOnlyDictionary<string, bool> Booleans { get; init; }

    /// <summary>Types that nothing is denied to.</summary>
    [JsonPropertyName("permissive")]
    public required IReadOnlyList<string> Permissive { get; init; }

    /// <summary>The types that domains run with; null where nothing can be said, and <see cref="Problem"/> says why.</summary>
    [JsonPropertyName("domains")]
    public required IReadOnlyList<string>? Domains { get; init; }

    /// <summary>Flows of one step between domains and devices, booleans as loaded, constraints aside.</summary>
    [JsonPropertyName("flows")]
    public required IReadOnlyList<FlaskFlowReport>? Flows { get; init; }

    /// <summary>Why there are no flows.</summary>
    [JsonPropertyName("problem")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Problem { get; init; }

    internal static FlaskReport Of(FlaskPolicy policy, FlaskCommunication? communication, FlaskProblem? without) => new()
    {
        Target = policy.Target == FlaskTarget.Xen ? "xen" : "selinux",
        Version = policy.Version,
        Mls = policy.IsMls,
        HandleUnknown = UnknownName(policy),
        Counts = FlaskCounts.Of(policy).ToDictionary(count => count.Name, count => count.Count),
        Booleans = policy.Booleans.OrderBy(boolean => boolean.Name, StringComparer.Ordinal).ToDictionary(boolean => boolean.Name, boolean => boolean.Default),
        Permissive = [.. policy.PermissiveTypes.Select(type => type.Name)],
        Domains = communication?.Domains,
        Flows = communication is null ? null : [.. communication.Direct.Select(flow => new FlaskFlowReport(flow.From, flow.To, [.. flow.Reasons.Select(reason => reason.ToString())]))],
        Problem = without?.Problem,
    };

    internal static string UnknownName(FlaskPolicy policy) => policy.UnknownPermissions switch
    {
        UnknownPermissions.Allow => "allow",
        UnknownPermissions.Reject => "reject",
        _ => "deny",
    };
}

/// <summary>A flow of one step.</summary>
/// <param name="From">Where information comes from.</param>
/// <param name="To">Where it goes.</param>
/// <param name="By">The rules, attributes expanded.</param>
public sealed record FlaskFlowReport(
    [property: JsonPropertyName("from")] string From, [property: JsonPropertyName("to")] string To, [property: JsonPropertyName("by")] IReadOnlyList<string> By);

/// <summary>Why a binary policy is refused.</summary>
/// <param name="Member">The part of the format.</param>
/// <param name="Offset">The byte in the file.</param>
/// <param name="Problem">What is wrong.</param>
public sealed record FlaskProblemReport(
    [property: JsonPropertyName("member")] string Member, [property: JsonPropertyName("offset")] int Offset, [property: JsonPropertyName("problem")] string Problem)
{
    internal static FlaskProblemReport Of(FlaskProblem problem) => new(problem.Member, problem.Offset, problem.Problem);
}
