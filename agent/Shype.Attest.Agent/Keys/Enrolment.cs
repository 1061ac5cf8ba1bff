using System.Text.Json;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Keys;

/// <summary>Who this host is to the verifier, kept in the state folder (0600): the token is a secret.</summary>
public sealed record Enrolment
{
    /// <summary>The host's id.</summary>
    public required string HostId { get; init; }

    /// <summary>The bearer token of <see cref="EnrolmentProof.AgentToken"/>.</summary>
    public required string Token { get; init; }

    /// <summary>The kept enrolment; null where the host never enrolled.</summary>
    public static Enrolment? Read(StateFolder state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Read(FileName, ProtocolLimits.MaxJsonBytes) is not { } bytes)
        {
            return null;
        }

        return ProtocolJson.TryRead(bytes, AgentJson.Default.Enrolment, out var enrolment, out var problem)
            ? enrolment
            : throw new AgentException(ExitCode.CouldNot, $"{FileName} in the state folder is damaged: {problem}; enrol anew");
    }

    /// <summary>The kept enrolment.</summary>
    /// <exception cref="AgentException">The host never enrolled.</exception>
    public static Enrolment Need(StateFolder state) =>
        Read(state) ?? throw new AgentException(ExitCode.CouldNot, "this host is not enrolled: run 'enrol' first");

    /// <summary>Keeps it.</summary>
    public void Write(StateFolder state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(this, AgentJson.Default.Enrolment));
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"host {HostId}";

    private const string FileName = "enrolment.json";
}
