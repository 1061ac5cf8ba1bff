using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Testing.World;

/// <summary>
/// A whole host in memory: TPM, measured boot, hypervisor, policy, VMs, an agent that keeps the log and answers challenges. As it comes it is a host that a
/// verifier with <see cref="VirtualReferences"/> affirms; a test takes one thing away:
/// <code>
/// var host = VirtualHost.Boot(spec => spec with { Hypervisor = null });
/// var verdict = new VirtualVerifier(host).Ask();
/// </code>
/// </summary>
public sealed class VirtualHost
{
    private HostSpec _spec;
    private readonly List<CelRecord> _records = [];
    private ImaListWriter? _ima;

    private VirtualHost(HostSpec spec)
    {
        _spec = spec;
        Tpm = new VirtualTpm(spec.Ak ?? VirtualAk.Of(spec.Kind), spec.Banks);
        PowerOn();
    }

    /// <summary>The host's id.</summary>
    public string Id => _spec.Id;

    /// <summary>The host's name.</summary>
    public string Name => _spec.Name;

    /// <summary>Its TPM.</summary>
    public VirtualTpm Tpm { get; }

    /// <summary>The firmware's log of this boot.</summary>
    public byte[] FirmwareLog { get; private set; } = [];

    /// <summary>The kernel's IMA list of this boot; null for a kernel without IMA.</summary>
    public byte[]? ImaList => _ima?.ToArray();

    /// <summary>The agent's log of this boot.</summary>
    public IReadOnlyList<CelRecord> Records => _records;

    /// <summary>The id of this boot.</summary>
    public string BootId { get; private set; } = "";

    /// <summary>The policy file in force.</summary>
    public byte[]? PolicyFile { get; set; }

    /// <summary>A host that has booted and measured hypervisor and policy and started its VMs, changed by the test.</summary>
    public static VirtualHost Boot(Func<HostSpec, HostSpec>? change = null) => new(change?.Invoke(new HostSpec()) ?? new HostSpec());

    /// <summary>A host with a key of this kind.</summary>
    public static VirtualHost Boot(AkKind kind) => Boot(spec => spec with { Kind = kind });

    /// <summary>Reboots: everything is measured again, changed by the test.</summary>
    public VirtualHost Reboot(Func<HostSpec, HostSpec>? change = null)
    {
        _spec = change?.Invoke(_spec) ?? _spec;
        Tpm.Reset();
        PowerOn();
        return this;
    }

    /// <summary>Appends a record and extends it, as the agent does.</summary>
    public VirtualHost Measure(MeasurementContent content)
    {
        var record = CelRecord.Create((ulong)_records.Count, _spec.Plan, _spec.LogBanks ?? _spec.Banks, content);
        _records.Add(record);
        Tpm.Extend(record.Pcr, record.Digests);
        return this;
    }

    /// <summary>Starts a VM.</summary>
    public VirtualHost Start(VmStartContent vm) => Measure(vm);

    /// <summary>Stops a VM.</summary>
    public VirtualHost Stop(Guid uuid) => Measure(new VmStopContent { Uuid = uuid, Reason = "shutdown" });

    /// <summary>Puts another policy in force.</summary>
    public VirtualHost ChangePolicy(byte[] file, Func<PolicyChangeContent, PolicyChangeContent>? change = null)
    {
        var before = _records.Select(record => record.Measurement).OfType<PolicyStateContent>().LastOrDefault();
        var content = VirtualPolicies.Change(file, before?.ActiveDigest);
        PolicyFile = file;
        return Measure(change?.Invoke(content) ?? content);
    }

    /// <summary>Extends a PCR behind the agent's back.</summary>
    public VirtualHost ExtendSecretly(int pcr)
    {
        Tpm.Extend(new PcrIndex(pcr), Tpm.Algorithms.Select(bank => new BankDigest(bank, bank.Hash("secretly"u8))));
        return this;
    }

    /// <summary>The kernel measures something: an entry, whose digests are extended.</summary>
    public VirtualHost Load(Func<ImaListWriter, IReadOnlyList<BankDigest>> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        Tpm.Extend(ImaPcr.Usual, add(_ima ?? throw new InvalidOperationException("this host's kernel has no IMA")));
        return this;
    }

    /// <summary>The kernel loads a file.</summary>
    public VirtualHost Load(string path, string content, byte[]? signature = null) =>
        Load(list => list.AddFile(path, AlgorithmId.Sha256, AlgorithmId.Sha256.Hash(Encoding.UTF8.GetBytes(content)), signature));

    /// <summary>An entry that stands in the list and was not extended yet.</summary>
    public VirtualHost ListOnly(string path)
    {
        _ima!.AddFile(path, AlgorithmId.Sha256, new byte[32]);
        return this;
    }

    /// <summary>Answers a challenge as an honest agent does; a test changes the quote, or the evidence by "with".</summary>
    public Evidence Answer(Challenge challenge, Func<QuoteSpec, QuoteSpec>? change = null)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        var selections = new PcrSelectionList([.. challenge.Pcrs.Select(request =>
            PcrSelection.Of(HashAlgorithms.TryParseText(request.Bank, out var bank) ? bank : throw new ArgumentException(request.Bank), [.. request.Pcrs]))]);
        var (attest, signature) = Tpm.Quote(EvidenceBinding.QualifyingData(challenge.Nonce, Id), selections, change);
        var first = challenge.Known.BootId == BootId ? (int)challenge.Known.NextRecord : 0;
        return new Evidence
        {
            ChallengeNonce = challenge.Nonce,
            QuoteAttest = attest,
            QuoteSignature = signature,
            AkName = Tpm.Ak.Name.Bytes,
            Log = new LogSuffix((ulong)first, SampleLog.Sequence(_records.Skip(first))),
            ImaLog = ImaList is { } list ? new ImaSuffix(ImaFrom(challenge), list.AsMemory((int)ImaFrom(challenge))) : null,
            // "default", not "null": null would become an empty memory through byte[].
            FirmwareLog = challenge.KnownFirmwareLog == Hex(FirmwareLog) ? default(ReadOnlyMemory<byte>?) : FirmwareLog,
            Policy = PolicyFile is null || challenge.KnownPolicies.Contains(Hex(PolicyFile)) ? default(ReadOnlyMemory<byte>?) : PolicyFile,
            PcrValues = [.. selections.Selections.SelectMany(selection => selection.Pcrs.Select(pcr =>
                new PcrValue(selection.Bank.ToText(), pcr, Tpm.Banks.First(bank => bank.Algorithm == selection.Bank)[new PcrIndex(pcr)].ToArray())))],
        };
    }

    private ulong ImaFrom(Challenge challenge) => challenge.Known.BootId == BootId ? challenge.KnownImaBytes ?? 0 : 0;

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private void PowerOn()
    {
        BootId = $"00000000-0000-4000-8000-{Tpm.Clock.ResetCount:d12}";
        _records.Clear();
        FirmwareLog = PlayFirmware();
        PolicyFile = _spec.PolicyFile;
        StartIma();
        MeasurementContent?[] contents =
        [
            _spec.Agent is { } agent ? agent with { BootId = BootId } : null, _spec.Hypervisor, _spec.Policy, .. _spec.Vms,
        ];
        foreach (var content in contents.OfType<MeasurementContent>())
        {
            Measure(content);
        }
    }

    private void StartIma()
    {
        _ima = _spec.Ima is null ? null : new ImaListWriter(Tpm.Algorithms, _spec.ImaStyle);
        if (_spec.Ima is not { } files)
        {
            return;
        }

        Load(_spec.BootAggregate ?? (list => list.AddBootAggregate(Tpm.Banks[0])));
        foreach (var (path, content) in files)
        {
            Load(path, content);
        }
    }

    private byte[] PlayFirmware()
    {
        var writer = new TcgEventLogWriter(_spec.FirmwareBanks ?? _spec.Banks);
        foreach (var (pcr, type, data, measured, known) in _spec.Firmware)
        {
            var bytes = Encoding.Latin1.GetBytes(measured ?? data);
            List<BankDigest> digests = [.. (_spec.FirmwareBanks ?? _spec.Banks).Select(bank =>
                new BankDigest(bank, known is not { } digest ? bank.Hash(bytes) : digest.Kind == bank.ToText() ? digest.Value.ToArray() : bank.Hash(digest.Value)))];
            writer.Add(new PcrIndex(pcr), type, Encoding.Latin1.GetBytes(data), digests);
            Tpm.Extend(new PcrIndex(pcr), digests);
        }

        return writer.ToArray();
    }
}
