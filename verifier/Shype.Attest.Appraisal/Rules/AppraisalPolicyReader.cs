using System.Collections.Frozen;
using System.Globalization;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Measurement;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Yaml;

namespace Shype.Attest.Appraisal.Rules;

/// <summary>An appraisal policy, key by key. What is not written is as in <see cref="AppraisalRules.Default"/>.</summary>
internal static class AppraisalPolicyReader
{
    public static AppraisalPolicy Read(YamlMap file, ReadOnlyMemory<byte> document, byte[] digest)
    {
        file.Only("format", "group", "name", "secure-boot", "pcrs", "tpm", "hypervisors", "ima", "isolation", "warnings-only");
        if (file.Number("format") is var format and not Format)
        {
            throw file.Refuse("format", $"is {format}; this program reads format {Format}");
        }

        var (group, name) = (ReadName(file, "group", AppraisalPolicy.DefaultGroup), ReadName(file, "name", null));
        var rules = AppraisalRules.Default with
        {
            PolicyId = $"tag:shype.dev,2026:appraisal-policy/{group}/{name}",
            PolicyDigest = digest,
            RequireSecureBoot = file.Choice("secure-boot", AppraisalRules.Default.RequireSecureBoot, Required),
            Hypervisors = ReadHypervisors(file),
            WarningsOnly = ReadWarnings(file),
        };
        rules = ReadPcrs(rules, file.OptionalMap("pcrs"));
        rules = ReadTpm(rules, file.OptionalMap("tpm"));
        rules = rules with { Ima = ImaDemandsReader.Read(file.OptionalMap("ima")) };
        rules = ReadIsolation(rules, file.OptionalMap("isolation"));
        return new AppraisalPolicy { Group = group, Name = name, Rules = rules, Document = document };
    }

    private static string ReadName(YamlMap map, string key, string? otherwise)
    {
        var text = otherwise is null ? map.Text(key) : map.OptionalText(key) ?? otherwise;
        return AppraisalPolicy.IsName(text) ? text
            : throw map.Refuse(key, $"is no name: 1 to {AppraisalPolicy.MaxName} letters, digits, '-', '_' and '.', the first a letter or digit");
    }

    private static AppraisalRules ReadPcrs(AppraisalRules rules, YamlMap? map)
    {
        if (map is null)
        {
            return rules;
        }

        map.Only("banks", "explained", "referenced", "records");
        var explained = map.Has("explained") ? ReadExplained(map) : rules.ExplainedPcrs;
        return rules with
        {
            Banks = map.Has("banks") ? ReadBanks(map) : rules.Banks,
            ExplainedPcrs = explained,
            ReferencedPcrs = map.Has("referenced") ? ReadReferenced(map, explained) : rules.ReferencedPcrs,
            Plan = map.OptionalMap("records")?.Only("hypervisor", "policy", "vms") is { } plan
                ? new PcrPlan(ReadRecordPcr(plan, "hypervisor"), ReadRecordPcr(plan, "policy"), ReadRecordPcr(plan, "vms"))
                : rules.Plan,
        };
    }

    private static AlgorithmId[] ReadBanks(YamlMap map)
    {
        var banks = new List<AlgorithmId>();
        foreach (var item in map.Need("banks").AsList(ProtocolLimits.MaxPcrRequests))
        {
            var text = item.AsText();
            if (!HashAlgorithms.TryParseText(text, out var bank) || bank is not (AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512))
            {
                throw item.Refuse($"'{text}' is no bank that proves anything: sha256, sha384 and sha512 are possible");
            }

            banks.Add(banks.Contains(bank) ? throw item.Refuse($"'{text}' is there twice") : bank);
        }

        return banks.Count > 0 ? [.. banks] : throw map.Refuse("banks", "is empty; [sha256] is usual");
    }

    private static int[] ReadExplained(YamlMap map)
    {
        var pcrs = new SortedSet<int>();
        foreach (var item in map.Need("explained").AsList(PcrIndex.Count))
        {
            var pcr = item.AsNumber();
            if (pcr > 9)
            {
                throw item.Refuse(pcr == 10
                    ? "10 is what IMA extends while the host runs; it is no PCR of firmware or boot loader"
                    : $"{pcr} is no PCR that firmware or boot loader explain: 0 to 9 are possible");
            }

            if (!pcrs.Add(pcr))
            {
                throw item.Refuse($"{pcr} is there twice");
            }
        }

        // Threat row Q14: a bank that firmware left alone can be filled by anybody, and PCR 0 to 7 together tell.
        return Enumerable.Range(0, 8).All(pcrs.Contains) ? [.. pcrs]
            : throw map.Refuse("explained", "lacks some of 0 to 7: without what firmware measured nothing above it can be believed");
    }

    private static int[] ReadReferenced(YamlMap map, IReadOnlyList<int> explained)
    {
        var pcrs = new SortedSet<int>();
        foreach (var item in map.Need("referenced").AsList(PcrIndex.Count))
        {
            var pcr = item.AsNumber();
            if (!explained.Contains(pcr))
            {
                throw item.Refuse(pcr <= 9
                    ? $"{pcr} is not in 'explained', so that it is never quoted"
                    : $"{pcr} is no PCR of firmware or boot loader, whose values references name: 0 to 9 are possible");
            }

            if (!pcrs.Add(pcr))
            {
                throw item.Refuse($"{pcr} is there twice");
            }
        }

        return pcrs.Count > 0 ? [.. pcrs] : throw map.Refuse("referenced", "is empty and would demand nothing; leave the key out");
    }

    private static PcrIndex ReadRecordPcr(YamlMap map, string key) =>
        PcrIndex.TryCreate((ulong)map.Number(key), out var pcr) && PcrPlan.IsUsable(pcr) ? pcr
            : throw map.Refuse(key, "is not a PCR that records may use: 8, 9, 11 to 15");

    private static AppraisalRules ReadTpm(AppraisalRules rules, YamlMap? map)
    {
        if (map is null)
        {
            return rules;
        }

        map.Only("minimum-firmware", "safe-clock", "ek-certificate");
        return rules with
        {
            MinimumFirmwareVersion = map.OptionalText("minimum-firmware") is { } text ? ReadFirmwareVersion(map, text) : null,
            DemandSafeClock = map.Choice("safe-clock", rules.DemandSafeClock, Required),
            RequireEkCertificate = map.Choice("ek-certificate", rules.RequireEkCertificate, Required),
        };
    }

    private static ulong ReadFirmwareVersion(YamlMap map, string text) =>
        text.StartsWith("0x", StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var version) ? version
            : throw map.Refuse("minimum-firmware", "is not a TPM's firmwareVersion, 0x and up to 16 hex digits, as findings show it");

    private static List<HypervisorRange> ReadHypervisors(YamlMap file)
    {
        var ranges = new List<HypervisorRange>();
        foreach (var map in file.Maps("hypervisors", MaxHypervisors))
        {
            map.Only("kind", "from", "below");
            ranges.Add(new HypervisorRange(map.Text("kind"), ReadVersion(map, "from"), ReadVersion(map, "below")));
            if (ranges[^1] is { From: { } from, Below: { } below } && !new HypervisorRange("", null, below).Contains("", from))
            {
                throw map.Refuse("below", $"{below} is not after {from}: no version is in this range");
            }
        }

        return ranges.Count > 0 || !file.Has("hypervisors") ? ranges
            : throw file.Refuse("hypervisors", "is empty and would refuse nothing; leave the key out, or name what is taken");
    }

    private static string? ReadVersion(YamlMap map, string key) => map.OptionalText(key) is not { } text ? null
        : HypervisorRange.IsVersion(text) ? text
        : throw map.Refuse(key, "is not a version that can be compared: numbers with dots between them, in quotes, \"4.17\"");

    private static AppraisalRules ReadIsolation(AppraisalRules rules, YamlMap? map)
    {
        if (map is null)
        {
            return rules;
        }

        map.Only("gate", "mutable-images", "policy-rollback", "mediators", "guarantees");
        if (map.Has("mediators") && !map.Has("guarantees"))
        {
            throw map.Refuse("mediators", "stands here without 'guarantees' that it could matter to");
        }

        return rules with
        {
            AllowPolicyRollback = map.Choice("policy-rollback", rules.AllowPolicyRollback, ("refused", false), ("allowed", true)),
            Guarantees = map.Has("guarantees")
                ? Demands.Read(new YamlDemandValue(map.Need("guarantees")), map.Has("mediators") ? new YamlDemandValue(map.Need("mediators")) : null)
                : rules.Guarantees,
            RequireGate = map.Choice("gate", rules.RequireGate, Required),
            MutableImages = map.Choice("mutable-images", rules.MutableImages,
                ("by-reference", MutableImages.ByReference), ("allowed", MutableImages.Allowed), ("reported", MutableImages.Reported)),
        };
    }

    private static FrozenSet<FindingCode> ReadWarnings(YamlMap file)
    {
        var codes = new HashSet<FindingCode>();
        foreach (var item in file.Has("warnings-only") ? file.Need("warnings-only").AsList(MaxWarnings) : [])
        {
            var text = item.AsText();
            if (!FindingCatalogue.TryFind(text, out var kind))
            {
                throw item.Refuse($"'{text}' is no finding's code; docs/trust-vector.md lists them");
            }

            if (kind.Severity != FindingSeverity.Failure)
            {
                throw item.Refuse($"'{text}' is no failure, its severity is {kind.Severity.ToString().ToLowerInvariant()}; leave it out");
            }

            if (!kind.CanBeWarningOnly)
            {
                throw item.Refuse($"'{text}' can never be only a warning: with it the evidence, or the host, is not what it says it is");
            }

            if (!codes.Add(kind.Code))
            {
                throw item.Refuse($"'{text}' is there twice");
            }
        }

        return codes.ToFrozenSet();
    }

    private static readonly (string Word, bool Value)[] Required = [("required", true), ("optional", false)];

    // Every verdict answers them, so they are bounded as those of an asker are.
    private static readonly DemandGrammar Demands = new() { MaxDemands = ProtocolLimits.MaxDemands, MaxLabels = ProtocolLimits.MaxDemandLabels };

    private const int Format = 1;
    private const int MaxHypervisors = 64;
    private const int MaxWarnings = 256;
}
