using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Cli.Files;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary>What is demanded with a question, and whether the answer answers it.</summary>
internal static class DemandedGuarantees
{
    /// <summary>Reads a file of demands that a verifier will take.</summary>
    /// <exception cref="CommandException">It is not understood, or a verifier would refuse it.</exception>
    public static async Task<DemandSet> ReadAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var name = InputFile.NameOf(path);
        var demands = DemandFile.Read(name, await InputFile.ReadAsync(surroundings, path, DemandFile.MaxBytes, cancellationToken));
        var message = DemandJson.Write(new() { Nonce = [] }, demands);
        return DemandJson.TryRead(message, out _, out var problem) ? demands : throw CommandException.Unusable($"{name}: a verifier takes less: {problem.Member}: {problem.Problem}");
    }

    /// <summary>Why a yes is none for these demands; null where it is one.</summary>
    public static string? Objection(AttestationResult result, DemandSet demands) => DemandedAnswers.Objection(result, [.. demands.Demands.Select(DemandJson.Write)]);
}
