using System.Security.Cryptography;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Agent.Attesting;

/// <summary>Gathers one set of evidence whose parts belong together: quote, PCR values and logs of one moment, taken while no other agent records.</summary>
public static class EvidenceCollector
{
    /// <summary>Answers a challenge.</summary>
    /// <exception cref="AgentException">The challenge is refused, or the evidence cannot be had.</exception>
    public static (Evidence Evidence, string BootId) Collect(AgentContext agent, string hostId, Challenge challenge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(challenge);
        if (!ChallengeCheck.TrySelect(challenge, out var pcrs, out var problem))
        {
            throw new AgentException(ExitCode.CouldNot, $"the verifier's challenge is refused: {problem}");
        }

        var key = AttestationKey.Read(agent.State) ?? throw new AgentException(ExitCode.CouldNot, "this host has no attestation key: run 'enrol' first");
        var firmwareLog = ReadFirmwareLog(agent, challenge.KnownFirmwareLog);
        return agent.WithJournal(
            (journal, tpm) =>
            {
                var (quote, values) = Quote(tpm, key, EvidenceBinding.QualifyingData(challenge.Nonce, hostId), pcrs);
                return (new Evidence
                {
                    ChallengeNonce = challenge.Nonce,
                    QuoteAttest = quote.Attest,
                    QuoteSignature = quote.Signature,
                    AkName = key.Name.Bytes,
                    Log = Suffix(journal, challenge.Known),
                    FirmwareLog = firmwareLog,
                    // After the quote: the kernel appends before it extends, so that what was quoted is in it.
                    ImaLog = ImaSource.Read(agent, challenge.Known.BootId == journal.Identity.BootId ? challenge.KnownImaBytes ?? 0 : 0),
                    Policy = Policy(agent, journal.Host, challenge.KnownPolicies),
                    PcrValues = [.. pcrs.Selections.SelectMany(selection => selection.Pcrs.Select(pcr =>
                        new PcrValue(selection.Bank.ToText(), pcr, values[selection.Bank, pcr])))],
                }, journal.Identity.BootId);
            },
            cancellationToken);
    }

    // Quote and values are two commands, between which firmware drivers or IMA may extend: taken again until they agree.
    private static (QuoteResponse Quote, PcrBanks Values) Quote(TpmClient tpm, AttestationKey key, byte[] qualifyingData, PcrSelectionList pcrs)
    {
        using var loaded = key.Load(tpm);
        for (var attempt = 0; attempt < QuoteAttempts; attempt++)
        {
            var values = ReadPcrs(tpm, pcrs);
            var quote = tpm.Execute(new QuoteCommand(loaded.Handle, qualifyingData, pcrs));
            if (TpmWire.TryParse<Attestation>(quote.Attest, out var attest, out _)
                && attest.Body is QuoteBody body
                && PcrComposite.Digest(key.SigningHash, pcrs, (bank, pcr) => values[bank, pcr].Span).AsSpan().SequenceEqual(body.PcrDigest))
            {
                return (quote, values);
            }
        }

        throw new AgentException(ExitCode.CouldNot, $"PCRs changed during each of {QuoteAttempts} quotes: something extends them without pause");
    }

    private static PcrBanks ReadPcrs(TpmClient tpm, PcrSelectionList pcrs)
    {
        try
        {
            return PcrBanks.Read(tpm, pcrs);
        }
        catch (ArgumentException e)
        {
            throw new AgentException(ExitCode.CouldNot, $"the challenge asks for PCRs that this TPM does not have: {e.Message}", e);
        }
    }

    // A position of another boot, or one beyond the end, says that the verifier does not know this log: it gets the whole.
    private static LogSuffix Suffix(MeasurementJournal journal, LogPosition known)
    {
        var first = known.BootId == journal.Identity.BootId && known.NextRecord <= (ulong)journal.Records.Count ? known.NextRecord : 0;
        return new LogSuffix(first, journal.SequenceFrom(first));
    }

    private static ReadOnlyMemory<byte>? Policy(AgentContext agent, MeasuredHost host, IReadOnlyList<string> known)
    {
        if (host.Policy?.SourceDigest is not { } digest || known.Contains(Convert.ToHexStringLower(digest.Value), StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        return KeptPolicies.Find(agent.State, digest) is { } bytes ? bytes : default(ReadOnlyMemory<byte>?);
    }

    private static ReadOnlyMemory<byte>? ReadFirmwareLog(AgentContext agent, string? known)
    {
        try
        {
            // The kernel's file says that it has no bytes: it is read to its end.
            using var file = new FileStream(agent.Options.FirmwareLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var log = BoundedRead.ToEnd(file, MeasurementLimits.MaxFirmwareLogBytes)
                ?? throw new IOException($"{agent.Options.FirmwareLog} has more than {MeasurementLimits.MaxFirmwareLogBytes} bytes");
            return string.Equals(Convert.ToHexStringLower(SHA256.HashData(log)), known, StringComparison.OrdinalIgnoreCase) ? default(ReadOnlyMemory<byte>?) : log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            agent.Say($"firmware-log: {TextRules.Escape(e.Message)}; the evidence goes without one");
            return null;
        }
    }

    private const int QuoteAttempts = 5;
}
