using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Protocol.Checks;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Doctor;

/// <summary>The TPM: whose it is, whether its banks can be believed, and whether somebody vouches for it.</summary>
internal static class TpmExamination
{
    /// <summary>Looks at it; says its PCR values, none where it cannot be asked.</summary>
    public static IReadOnlyList<PcrBank> Run(AgentOptions options, TimeProvider clock, List<Check> checks, CancellationToken cancellationToken)
    {
        try
        {
            using var alone = Alone(options, clock, cancellationToken);
            using var tpm = new TpmClient(TpmConnection.Open(options.TpmAddress));
            checks.Add(Check.Ok("tpm", $"{Maker(tpm)}, at {options.TpmAddress}"));
            var banks = ReadBanks(tpm);
            LookAtBanks(options, banks, checks);
            LookAtCertificate(tpm, clock, checks);
            return banks;
        }
        catch (Exception e) when (e is TpmFailedException or ArgumentException or AgentException)
        {
            checks.Add(Check.Wrong("tpm", e.Message, $"Switch the TPM on in the firmware's set-up, and name it: tpm: {{address: /dev/tpmrm0}}. Forms: {TpmConnection.Forms}."));
            return [];
        }
    }

    // An emulator serves one connection at a time: not beside an agent that works. A folder that is not the agent's is told of elsewhere.
    private static IDisposable? Alone(AgentOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.State))
        {
            return null;
        }

        try
        {
            using var state = StateFolder.Open(options.State);
            return state.Lock(LockPatience, clock, cancellationToken);
        }
        catch (MeasurementLogException)
        {
            return null;
        }
    }

    private static string Maker(TpmClient tpm)
    {
        var (vendor, first, second) = (Text(tpm, TpmProperty.Manufacturer), Capabilities.Property(tpm, TpmProperty.FirmwareVersion1) ?? 0, Capabilities.Property(tpm, TpmProperty.FirmwareVersion2) ?? 0);
        var name = string.Concat(Enumerable.Range(0, 4).Select(i => Text(tpm, TpmProperty.VendorString1 + i)));
        return string.Create(CultureInfo.InvariantCulture, $"a TPM {Text(tpm, TpmProperty.FamilyIndicator)} of {vendor} ({name.Trim()}), firmware {first >> 16}.{first & 0xffff}.{second >> 16}.{second & 0xffff}");
    }

    private static string Text(TpmClient tpm, TpmProperty property)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Capabilities.Property(tpm, property) ?? 0);
        return Encoding.ASCII.GetString(bytes).TrimEnd('\0', ' ');
    }

    private static List<PcrBank> ReadBanks(TpmClient tpm)
    {
        var banks = new List<PcrBank>();
        foreach (var active in Capabilities.Banks(tpm).Selections.Where(selection => selection.Bank.DigestSize() > 0))
        {
            var selection = new PcrSelection(active.Bank, active.Mask & FirmwareAndOs);
            var values = PcrBanks.Read(tpm, new PcrSelectionList([selection]));
            var bank = PcrBank.AtReset(active.Bank);
            foreach (var pcr in selection.Pcrs)
            {
                bank.Set(new PcrIndex(pcr), values[active.Bank, pcr].Span);
            }

            banks.Add(bank);
        }

        return banks;
    }

    private static void LookAtBanks(AgentOptions options, IReadOnlyList<PcrBank> banks, List<Check> checks)
    {
        var active = string.Join(", ", banks.Select(bank => bank.Algorithm.ToText()));
        var absent = options.Banks.Where(wanted => banks.All(bank => bank.Algorithm != wanted)).Select(wanted => wanted.ToText()).ToArray();
        checks.Add(absent.Length == 0
            ? Check.Ok("banks", $"{active} are active, records go into {string.Join(", ", options.Banks.Select(bank => bank.ToText()))}")
            : Check.Wrong("banks", $"the settings name {string.Join(", ", absent)}, active are {active}", "Correct banks, or have the TPM keep that bank (firmware's set-up, or tpm2_pcrallocate; then reboot)."));
        var bare = banks.Where(bank => !bank.IsCapped).Select(bank => bank.Algorithm).ToArray();
        const string Fill = "firmware measured nothing into it, so anybody on this host can fill it with any history";
        checks.Add(bare.Length == 0 ? Check.Ok("banks-capped", "firmware measured into every active bank")
            : bare.Any(options.Banks.Contains)
                ? Check.Wrong("banks-capped", $"{Texts(bare.Where(options.Banks.Contains))}: {Fill}", "Use a bank that firmware measures into, or update the firmware and switch measured boot on.")
                : Check.Warning("banks-capped", $"{Texts(bare)}: {Fill}", $"No record goes there; have it switched off all the same: tpm2_pcrallocate {Texts(bare)}:none."));
    }

    private static void LookAtCertificate(TpmClient tpm, TimeProvider clock, List<Check> checks)
    {
        var bytes = NvCertificate.Read(tpm, Handle.EkEccCertificateIndex) ?? NvCertificate.Read(tpm, Handle.EkRsaCertificateIndex);
        if (bytes is null)
        {
            checks.Add(Check.Warning("ek-certificate", "the TPM's maker left no certificate in it", "An operator has to approve this host by its key's fingerprint: shype host approve NAME --ek-fingerprint SHA256."));
            return;
        }

        try
        {
            // Makers pad what NV holds: the certificate is as long as it says itself (X.690, 8.1.3.5).
            using var certificate = X509CertificateLoader.LoadCertificate(bytes.AsSpan(0, LengthOf(bytes)));
            var expired = certificate.NotAfter.ToUniversalTime() <= clock.GetUtcNow().UtcDateTime;
            var text = $"{bytes.Length} bytes, issued by {certificate.Issuer}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";
            checks.Add(expired
                ? Check.Warning("ek-certificate", $"{text}: it has expired", "Verifiers judge it as of its time where they are told to (docs/ek-certificates.md); otherwise approve by fingerprint.")
                : Check.Ok("ek-certificate", text));
        }
        catch (CryptographicException)
        {
            checks.Add(Check.Warning("ek-certificate", $"the {bytes.Length} bytes in the TPM are no certificate", "tpm2_nvread 0x1c0000a -o ek.der, and shype ek check ek.der says more; otherwise approve by fingerprint."));
        }
    }

    private static int LengthOf(byte[] der) =>
        der is [0x30, 0x82, var high, var low, ..] && 4 + (high << 8 | low) is var length && length <= der.Length ? length : der.Length;

    private static string Texts(IEnumerable<AlgorithmId> banks) => string.Join(", ", banks.Select(bank => bank.ToText()));

    private const uint FirmwareAndOs = 0xffff;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
}
