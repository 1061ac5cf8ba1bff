using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Files;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.LogFiles;

namespace Shype.Attest.Cli.Commands;

/// <summary>The files that a proof is made from, read.</summary>
internal static class IsolationInputs
{
    public static AcmPolicy PolicyOf(string name, byte[] bytes) =>
        AcmXml.TryParse(bytes, out var policy, out var problems) ? policy : throw CommandException.Unusable($"{name}: {problems[0]}");

    public static async Task<IReadOnlyList<LoggedContent>> ReadLogAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, MaxLogBytes, cancellationToken);
        return AgentLogReport.TryReadRecords(bytes, out var records, out var problem) ? [.. records.Select(record => new LoggedContent(record.RecordNumber, record.Measurement))] : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    public static async Task<ReferenceSet> ReadReferencesAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, Appraisal.AppraisalLimits.MaxReferenceBytes, cancellationToken);
        return ReferenceSet.TryRead(bytes, out var references, out var problem) ? references : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    private const int MaxLogBytes = 256 * 1024 * 1024;
}
