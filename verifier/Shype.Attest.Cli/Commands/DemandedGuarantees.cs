using System.Text.Json;
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

    /// <summary>Why a yes is none for these demands: each must stand there, for the part it was asked about and every other, and hold.</summary>
    public static string? Objection(AttestationResult result, DemandSet demands)
    {
        var wanted = demands.Demands.Select(DemandJson.Write).ToList();
        foreach (var (name, part) in result.Submods)
        {
            var answers = part.Guarantees?.Where(guarantee => guarantee.DemandedBy == "asker").ToList() ?? [];
            if (answers.Count != wanted.Count || answers.Zip(wanted).Any(pair => pair.First.Demand is not { } answered || !JsonElement.DeepEquals(answered, pair.Second)))
            {
                return $"part '{name}' does not answer what was demanded";
            }

            if (answers.Find(answer => answer.Verdict != "holds") is { } unproven)
            {
                return $"part '{name}' does not prove '{unproven.Id}'";
            }
        }

        return null;
    }
}
