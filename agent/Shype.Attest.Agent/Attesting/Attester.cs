using System.Text;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Attesting;

/// <summary>Answers challenges: evidence to the verifier, its verdict back.</summary>
public sealed class Attester(AgentContext agent, Enrolment enrolment, VerifierClient verifier)
{
    /// <summary>Asks for a challenge and answers it.</summary>
    /// <param name="evidenceFile">Where to keep what is sent; null for nowhere.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<Verdict> RunOnceAsync(string? evidenceFile, CancellationToken cancellationToken)
    {
        var challenge = await verifier.ChallengeAsync(enrolment.HostId, cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(challenge, evidenceFile, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Answers a challenge.</summary>
    public Task<Verdict> AnswerAsync(Challenge challenge, CancellationToken cancellationToken) => AnswerAsync(challenge, null, cancellationToken);

    private async Task<Verdict> AnswerAsync(Challenge challenge, string? evidenceFile, CancellationToken cancellationToken)
    {
        // What came past the gate is in the log before the quote that this verdict is about.
        await LookAsync(cancellationToken).ConfigureAwait(false);

        // TPM and disk are worked with in one go; the thread that reads the stream is not held up by them.
        var (collected, bootId) = await Task.Run(() => EvidenceCollector.Collect(agent, enrolment.HostId, challenge, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        var evidence = (await new LongLogs(enrolment.HostId, verifier).BringAsync(collected, bootId, cancellationToken).ConfigureAwait(false)).Encode();
        if (evidence.Length > ProtocolLimits.MaxEvidenceBytes)
        {
            throw new AgentException(
                ExitCode.CouldNot, $"the evidence has {evidence.Length} bytes, {ProtocolLimits.MaxEvidenceBytes} are allowed ({nameof(ProtocolLimits.MaxEvidenceBytes)})");
        }

        if (evidenceFile is not null)
        {
            Keep(evidenceFile, evidence);
        }

        var token = await verifier.SendEvidenceAsync(enrolment.HostId, evidence, cancellationToken).ConfigureAwait(false);
        var verdict = Verdict.Read(token);
        agent.State.Write(TokenFile, Encoding.ASCII.GetBytes(token));
        return verdict;
    }

    /// <summary>The last verdict; null where there was none.</summary>
    public static Verdict? Last(StateFolder state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Read(TokenFile, ProtocolLimits.MaxTokenCharacters) is { } token ? Verdict.Read(Encoding.ASCII.GetString(token)) : null;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DomainWatch.RunAsync(agent, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentException e)
        {
            agent.Say($"what runs could not be held against the log: {e.Message}");
        }
    }

    private static void Keep(string file, byte[] evidence)
    {
        try
        {
            File.WriteAllBytes(file, evidence);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.CouldNot, $"the evidence cannot be kept in {file}: {e.Message}", e);
        }
    }

    private const string TokenFile = "last-verdict.jwt";
}
