using System.Text;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>
/// The hypervisor's image and command line, and everything loaded beside it, must be to the agent what they were to the boot loader, which measured before the
/// agent ran: an agent that lies is caught by the firmware's own log (threat row L15).
/// </summary>
internal static class HypervisorLink
{
    public static LinkState Check(BootChainMemory chain, uint proven, BootStory story, List<Finding> findings)
    {
        if (story.Hypervisor is not { } measured)
        {
            return LinkState.Missing;
        }

        if (WhyMissing(chain, proven, measured.Value) is { } why)
        {
            findings.Add(new(FindingCode.HypervisorLinkMissing, "hypervisor", measured.Record, Detail: why));
            return LinkState.Missing;
        }

        var before = findings.Count;
        Compare(chain, measured, findings);
        return findings.Count == before ? LinkState.Proven : LinkState.Broken;
    }

    private static string? WhyMissing(BootChainMemory chain, uint proven, HypervisorContent hypervisor)
    {
        var handover = chain.Handover;
        if (handover.Parts.Count == 0)
        {
            return handover.Doubt;
        }

        for (var pcr = 0; pcr < sizeof(uint) * 8; pcr++)
        {
            if ((handover.Pcrs & ~proven & (1u << pcr)) != 0)
            {
                return $"PCR {pcr} is not quoted, or is the agent's own";
            }
        }

        // Values of different hashes say nothing about each other.
        return KindUnlike(hypervisor, chain.Bank.ToText()) is { } kind ? $"the agent measured by {kind}, the boot loader by {chain.Bank.ToText()}" : null;
    }

    private static string? KindUnlike(HypervisorContent hypervisor, string bank)
    {
        if (hypervisor.ImageDigest.Kind != bank)
        {
            return hypervisor.ImageDigest.Kind;
        }

        foreach (var module in hypervisor.Modules)
        {
            if (module.Digest.Kind != bank)
            {
                return module.Digest.Kind;
            }
        }

        return null;
    }

    private static void Compare(BootChainMemory chain, Recorded<HypervisorContent> measured, List<Finding> findings)
    {
        var (hypervisor, parts, record) = (measured.Value, chain.Handover.Parts, measured.Record);
        Same("its image", parts[0].Digest, hypervisor.ImageDigest);
        SameLine("its command line", parts[0], hypervisor.CommandLine);
        if (parts.Count - 1 != hypervisor.Modules.Count)
        {
            Broken("the number of modules", $"{parts.Count - 1}", $"{hypervisor.Modules.Count}");
            return;
        }

        for (var i = 0; i < hypervisor.Modules.Count; i++)
        {
            var module = hypervisor.Modules[i];
            Same($"the module {module.Name}", parts[i + 1].Digest, module.Digest);
            SameLine($"the command line of the module {module.Name}", parts[i + 1], module.CommandLine);
        }

        void Same(string what, byte[] expected, MeasuredDigest found)
        {
            if (!found.Value.SequenceEqual(expected))
            {
                Broken(what, $"{chain.Bank.ToText()}:{Convert.ToHexStringLower(expected)}", found.ToString());
            }
        }

        void SameLine(string what, KnownPart part, string found)
        {
            if (!IsLine(chain.Bank, part, found))
            {
                Broken(what, part.CommandLine ?? (part.CommandLineDigest.Length > 0 ? $"a text with the digest {Convert.ToHexStringLower(part.CommandLineDigest)}" : ""), found);
            }
        }

        void Broken(string what, string expected, string found) => findings.Add(new(FindingCode.HypervisorLinkBroken, "hypervisor", record, expected, found, what));
    }

    private static bool IsLine(AlgorithmId bank, KnownPart part, string found)
    {
        if (part.CommandLine is not { } line)
        {
            return part.CommandLineDigest.Length == 0 ? found.Length == 0
                // A file of a command line often ends its line, and a section its text.
                : IsDigestOf(found) || IsDigestOf(found + "\n") || IsDigestOf(found + "\0");
        }

        // GRUB measures Linux' line with the file's name; Linux shows that as BOOT_IMAGE=, and an operator may leave it out.
        return found == line
            || (found.StartsWith(BootImage, StringComparison.Ordinal) && found.AsSpan(BootImage.Length).SequenceEqual(line))
            || (line is ['/' or '(', ..] && line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1).SequenceEqual(found));

        bool IsDigestOf(string text) => bank.Hash(Encoding.UTF8.GetBytes(text)).AsSpan().SequenceEqual(part.CommandLineDigest);
    }

    private const string BootImage = "BOOT_IMAGE=";
}
